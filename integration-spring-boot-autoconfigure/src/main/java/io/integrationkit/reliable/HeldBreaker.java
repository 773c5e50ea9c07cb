package io.integrationkit.reliable;

import io.integrationkit.breaker.Forced;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker that somebody holds in a state.
 *
 * @param policy name of the policy whose operations share it
 * @param forced the state
 * @param actor who holds it
 * @param since when it was asked for
 * @param until when the results decide again, or {@code null} for never
 */
public record HeldBreaker(
        String policy,
        Forced forced,
        String actor,
        Instant since,
        @Nullable Instant until) {}
