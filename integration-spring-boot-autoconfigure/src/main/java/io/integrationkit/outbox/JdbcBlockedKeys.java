package io.integrationkit.outbox;

import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureCategory;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.springframework.jdbc.core.JdbcOperations;

/** Lets blocked keys go on: with their head, or with their head made a dead letter. */
final class JdbcBlockedKeys {

    private static final String HEAD =
            "SELECT head_id, category, problem FROM integration_outbox_key_state" + JdbcKey.MATCHED;

    private final JdbcOperations jdbc;

    private final RelayTransactions transactions;

    private final OutboxTable table;

    private final JdbcKeyRows rows;

    private final Supplier<DeadLetters> deadLetters;

    JdbcBlockedKeys(
            JdbcOperations jdbc,
            RelayTransactions transactions,
            OutboxTable table,
            JdbcKeyRows rows,
            Supplier<DeadLetters> deadLetters) {
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.table = table;
        this.rows = rows;
        this.deadLetters = deadLetters;
    }

    boolean unblock(String destination, String name) {
        JdbcKey key = this.rows.key(destination, name);
        return this.transactions.inNew(() -> {
            boolean blocked = this.rows.lockIf(HeldKey.State.BLOCKED, key);
            if (blocked) {
                this.rows.forget(key);
            }
            return blocked;
        });
    }

    boolean discardHead(String destination, String name) {
        JdbcKey key = this.rows.key(destination, name);
        return this.transactions.inNew(() -> {
            if (!this.rows.lockIf(HeldKey.State.BLOCKED, key)) {
                return false;
            }
            this.jdbc.query(HEAD, JdbcBlockedKeys::head, key.arguments()).forEach((head) -> discard(key, head));
            this.rows.forget(key);
            return true;
        });
    }

    private static Head head(ResultSet row, int index) throws SQLException {
        return new Head(
                row.getLong("head_id"), FailureCategory.valueOf(row.getString("category")), row.getString("problem"));
    }

    private void discard(JdbcKey key, Head refused) {
        StoredMessage message = this.table.find(this.jdbc, new StoredMessage.Row(key.shard(), refused.id()));
        if (message != null && this.table.deleteOne(this.jdbc, message.row())) {
            MessageHeldException cause = MessageHeldException.discarded(message, refused.category(), refused.problem());
            this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), cause.failure(), cause));
        }
    }

    private record Head(long id, FailureCategory category, String problem) {}
}
