package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * What the holder of a key shows with each write.
 *
 * @param key the key
 * @param owner the call that holds it
 * @param epoch rises with each holder
 * @param deadLetterId the dead letter that the key goes back to if the call is not ended otherwise, or {@code null}
 */
public record ClaimToken(
        IdempotencyKey key,
        String owner,
        long epoch,
        @Nullable String deadLetterId) {}
