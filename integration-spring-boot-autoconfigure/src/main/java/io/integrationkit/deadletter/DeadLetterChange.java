package io.integrationkit.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One line of the history of an entry.
 *
 * @param at when, by the clock of the store
 * @param action what was done
 * @param actor who did it
 * @param reason why, or what a replay met; {@code null} if there is nothing to say
 */
public record DeadLetterChange(
        Instant at, Action action, String actor, @Nullable String reason) {

    /** What was done. */
    public enum Action {
        /** A replay succeeded. */
        REPLAYED,
        /** A replay was tried in vain. */
        REPLAY_FAILED,
        /** Closed without being done. */
        DISCARDED,
        /** Set aside. */
        PARKED,
        /** Taken up again. */
        UNPARKED,
        /** Somebody was shown what is masked otherwise. */
        REVEALED
    }
}
