package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a store tells an operator of a key: everything but its result.
 *
 * @param key the key
 * @param phase what became of it
 * @param epoch epoch of its last holder
 * @param leaseLeft time left of the lease; not positive once it is over
 * @param remembered for how much longer the key is remembered; not positive once it may be forgotten
 * @param kind what its result is, or {@code null} if it has none
 * @param deadLetterId the dead letter it belongs to, or {@code null}
 */
public record KeyStatus(
        IdempotencyKey key,
        Phase phase,
        long epoch,
        Duration leaseLeft,
        Duration remembered,
        StoredResult.@Nullable Kind kind,
        @Nullable String deadLetterId) {

    /** What became of a key. */
    public enum Phase {
        /** Its holder works, or died. */
        IN_PROGRESS,
        /** It has a result. */
        DONE,
        /** Its work was given up and waits as a dead letter. */
        DEAD_LETTERED
    }
}
