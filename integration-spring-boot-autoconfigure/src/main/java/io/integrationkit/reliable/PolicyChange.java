package io.integrationkit.reliable;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One value of a policy that was changed while the application runs.
 *
 * @param policy name of the policy
 * @param key name of the setting, such as {@code max-attempts}
 * @param value value in force
 * @param actor who changed it
 * @param since when it was changed
 * @param until when the change ends by itself, or {@code null} for never
 */
public record PolicyChange(
        String policy,
        String key,
        String value,
        String actor,
        Instant since,
        @Nullable Instant until) {}
