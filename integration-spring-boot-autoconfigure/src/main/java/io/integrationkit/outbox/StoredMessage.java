package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import org.jspecify.annotations.Nullable;

/**
 * A message that is owed, as the relay reads it.
 *
 * @param row where it is stored
 * @param record the message; without headers if they cannot be read
 * @param unreadable why it cannot be read, or {@code null} if it can
 * @param replayOf place among the parked messages of its key if it is replayed, zero if it was not parked; {@code null}
 *     for a message that was never a dead letter
 * @param key state of its key when it was read, or {@code null} if the key is not held
 */
record StoredMessage(
        Row row,
        OutboxRecord record,
        @Nullable RuntimeException unreadable,
        @Nullable Long replayOf,
        @Nullable KeyState key) {

    /** A message of a key that is not held. */
    StoredMessage(Row row, OutboxRecord record, @Nullable RuntimeException unreadable) {
        this(row, record, unreadable, null, null);
    }

    /** Place of a row: within a shard, ascending ids are the order of sending. */
    record Row(int shard, long id) {}

    long bytes() {
        return this.record.payload().length;
    }

    /** Whether it is to follow the parked messages of its key to the dead letters. */
    boolean parked() {
        return this.key != null && this.key.parks(this.row, this.replayOf);
    }

    /** Why it becomes a dead letter when it is parked; that it cannot be read weighs more than its place. */
    Throwable reasonToPark() {
        return (this.unreadable != null) ? this.unreadable : MessageHeldException.of(this);
    }

    /** What kind of failure that is. */
    Failure failureToPark() {
        return Failure.of((this.unreadable != null) ? FailureCategory.VALIDATION : FailureCategory.REJECTED);
    }

    /** Whether it is a replay for a key that is parked, or was until all was replayed. */
    boolean replayOfHeldKey() {
        return this.key != null && this.replayOf != null;
    }

    /** Whether its being read shows that all replays before it are delivered. */
    boolean endsRelease() {
        return this.key != null && this.key.state() == HeldKey.State.RELEASING && this.replayOf == null;
    }

    /** Place among the parked messages of its key: that of its first time. */
    long position() {
        return (this.replayOf != null && this.replayOf > 0) ? this.replayOf : this.row.id();
    }
}
