package io.integrationkit.outbox;

import java.util.Objects;

/** Primary key of the state of a key, as the arguments of statements that end with {@link #MATCHED}. */
record JdbcKey(int shard, String destination, String name) {

    static final String MATCHED = " WHERE shard = ? AND destination = ? AND msg_key = ?";

    static JdbcKey of(StoredMessage message) {
        return new JdbcKey(
                message.row().shard(),
                message.record().destination(),
                Objects.requireNonNull(message.record().key()));
    }

    Object[] arguments() {
        return new Object[] {this.shard, this.destination, this.name};
    }

    Object[] arguments(Object further) {
        return new Object[] {this.shard, this.destination, this.name, further};
    }

    Object[] arguments(Object further, Object last) {
        return new Object[] {this.shard, this.destination, this.name, further, last};
    }
}
