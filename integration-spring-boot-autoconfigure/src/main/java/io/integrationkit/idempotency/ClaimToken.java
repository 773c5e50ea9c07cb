package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;

/**
 * What the holder of a key shows with each write.
 *
 * @param key the key
 * @param owner the call that holds it
 * @param epoch fencing token: higher than that of each earlier holder of the key, also of one that gave it back. It is
 *     the time of the claim in microseconds since 1970 by the store's own clock, or one more than the last holder's
 * @param deadLetterId the dead letter that the key goes back to if the call is not ended otherwise, or {@code null}
 */
public record ClaimToken(
        IdempotencyKey key,
        String owner,
        long epoch,
        @Nullable String deadLetterId) {}
