package io.integrationkit.outbox;

import org.jspecify.annotations.Nullable;

/**
 * The state of a held key as it was read.
 *
 * @param state the state
 * @param replaysAfter replays of a parked key are sent if their row is younger than this; the older ones stood behind a
 *     message that was refused
 */
record KeyState(HeldKey.State state, long replaysAfter) {

    /** Whether such a row is to become a dead letter. */
    boolean parks(StoredMessage.Row row, @Nullable Long replayOf) {
        return this.state == HeldKey.State.PARKED && (replayOf == null || row.id() <= this.replaysAfter);
    }
}
