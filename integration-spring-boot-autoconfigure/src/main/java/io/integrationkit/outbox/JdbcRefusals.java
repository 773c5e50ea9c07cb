package io.integrationkit.outbox;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.jdbc.Database;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;

/** Parks or blocks the keys of messages that were refused, as long as the relay holds the lease of their shard. */
final class JdbcRefusals {

    private static final String PARK =
            "INSERT INTO integration_outbox_parked (shard, destination, msg_key, pos, message_id) VALUES (?, ?, ?, ?, ?)";

    private static final String YOUNGEST_REPLAY =
            "SELECT max(id) FROM integration_outbox" + JdbcKey.MATCHED + " AND replay_of IS NOT NULL";

    private final JdbcOperations jdbc;

    private final RelayTransactions transactions;

    private final OutboxTable table;

    private final JdbcKeyRows rows;

    private final Supplier<DeadLetters> deadLetters;

    private final String insert;

    private final String update;

    JdbcRefusals(
            JdbcOperations jdbc,
            Database database,
            RelayTransactions transactions,
            OutboxTable table,
            JdbcKeyRows rows,
            Supplier<DeadLetters> deadLetters) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.table = table;
        this.rows = rows;
        this.deadLetters = deadLetters;
        this.insert = """
                INSERT INTO integration_outbox_key_state \
                (state, head_id, head_message_id, category, problem, replays_after, since, shard, destination, msg_key) \
                VALUES (?, ?, ?, ?, ?, ?, %s, ?, ?, ?)""".formatted(database.clock());
        this.update = """
                UPDATE integration_outbox_key_state SET state = ?, head_id = ?, head_message_id = ?, category = ?, \
                problem = ?, replays_after = ?, since = %s""".formatted(database.clock()) + JdbcKey.MATCHED;
    }

    boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        JdbcKey key = JdbcKey.of(head);
        return this.transactions.inNew(() -> {
            if (!this.table.lockLease(this.jdbc, lease)) {
                return false;
            }
            KeyState before = this.rows.lock(key);
            if (move(head, key, failure, cause)) {
                Long replaysAfter = this.jdbc.queryForObject(YOUNGEST_REPLAY, Long.class, key.arguments());
                write(
                        before,
                        key,
                        head,
                        HeldKey.State.PARKED,
                        Objects.requireNonNullElse(replaysAfter, 0L),
                        failure,
                        cause);
            }
            return true;
        });
    }

    int parkBehind(List<StoredMessage> messages, ShardLease lease) {
        JdbcKey key = JdbcKey.of(messages.get(0));
        return this.transactions.inNew(() -> parkNow(messages, key, lease));
    }

    private int parkNow(List<StoredMessage> messages, JdbcKey key, ShardLease lease) {
        if (!this.table.lockLease(this.jdbc, lease)) {
            return 0;
        }
        KeyState state = this.rows.lock(key);
        int moved = 0;
        for (StoredMessage message : messages) {
            if (state == null || !state.parks(message.row(), message.replayOf())) {
                break;
            }
            move(message, key, message.failureToPark(), message.reasonToPark());
            moved++;
        }
        return moved;
    }

    private boolean move(StoredMessage message, JdbcKey key, Failure failure, Throwable cause) {
        if (!this.table.deleteOne(this.jdbc, message.row())) {
            return false;
        }
        this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), failure, cause));
        this.jdbc.update(
                PARK, key.arguments(message.position(), message.record().messageId()));
        return true;
    }

    boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        JdbcKey key = JdbcKey.of(head);
        return this.transactions.inNew(() -> {
            if (!this.table.lockLease(this.jdbc, lease)) {
                return false;
            }
            write(this.rows.lock(key), key, head, HeldKey.State.BLOCKED, 0, failure, cause);
            return true;
        });
    }

    private void write(
            @Nullable KeyState before,
            JdbcKey key,
            StoredMessage head,
            HeldKey.State state,
            long replaysAfter,
            Failure failure,
            Throwable cause) {
        this.jdbc.update(
                (before == null) ? this.insert : this.update,
                state.name(),
                head.row().id(),
                head.record().messageId(),
                failure.category().name(),
                cause.getClass().getName(),
                replaysAfter,
                key.shard(),
                key.destination(),
                key.name());
    }
}
