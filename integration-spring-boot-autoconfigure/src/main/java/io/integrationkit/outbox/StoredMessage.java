package io.integrationkit.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A message that is owed, as the relay reads it.
 *
 * @param row where it is stored
 * @param record the message; without headers if they cannot be read
 * @param unreadable why it cannot be read, or {@code null} if it can
 */
record StoredMessage(Row row, OutboxRecord record, @Nullable RuntimeException unreadable) {

    /** Place of a row: within a shard, ascending ids are the order of sending. */
    record Row(int shard, long id) {}

    long bytes() {
        return this.record.payload().length;
    }
}
