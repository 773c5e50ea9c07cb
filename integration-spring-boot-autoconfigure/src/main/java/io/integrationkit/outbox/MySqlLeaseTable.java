package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.LockConflicts;
import io.integrationkit.jdbc.MySqlTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * The lease table on MariaDB and MySQL, where an update returns nothing: it and the query that reads what it did share a
 * short transaction, in which nobody else can change the rows.
 *
 * <p>The rows to claim are locked first, passing over those that another instance is claiming, so that claims neither
 * wait for each other nor end in a deadlock. READ COMMITTED, since otherwise the query would lock every row it passes.
 */
final class MySqlLeaseTable extends LeaseTable {

    private final String clock;

    private final String end;

    MySqlLeaseTable(Database database, Duration lease) {
        super(database, lease);
        this.clock = database.clock();
        this.end = database.clockPlusMillis();
    }

    @Override
    List<Claim> renew(JdbcOperations jdbc, String owner) {
        return prolong(jdbc, owner, "");
    }

    @Override
    List<Claim> claimAnew(JdbcOperations jdbc, String owner) {
        return prolong(jdbc, owner, ", epoch = epoch + 1");
    }

    private List<Claim> prolong(JdbcOperations jdbc, String owner, String change) {
        return inTransaction(jdbc, (transaction) -> {
            transaction.update(
                    "UPDATE %s SET expires_at = %s%s WHERE owner = ? AND expires_at > %s"
                            .formatted(LEASE, this.end, change, this.clock),
                    leaseMillis(),
                    owner);
            return claims(
                    transaction,
                    "SELECT shard, epoch FROM %s WHERE owner = ? AND expires_at > %s".formatted(LEASE, this.clock),
                    owner);
        });
    }

    @Override
    List<Claim> claim(JdbcOperations jdbc, String owner, int most) {
        return inTransaction(jdbc, (transaction) -> {
            List<Integer> free = transaction.query(
                    "SELECT shard FROM %s WHERE expires_at <= %s ORDER BY shard LIMIT ? FOR UPDATE SKIP LOCKED"
                            .formatted(LEASE, this.clock),
                    (row, index) -> row.getInt("shard"),
                    most);
            if (free.isEmpty()) {
                return Collections.emptyList();
            }
            String shards = "shard IN (" + String.join(", ", Collections.nCopies(free.size(), "?")) + ")";
            List<Object> arguments = new ArrayList<>(List.of(leaseMillis(), owner));
            arguments.addAll(free);
            transaction.update(
                    "UPDATE %s SET expires_at = %s, owner = ?, epoch = epoch + 1 WHERE %s"
                            .formatted(LEASE, this.end, shards),
                    arguments.toArray());
            return claims(transaction, "SELECT shard, epoch FROM %s WHERE %s".formatted(LEASE, shards), free.toArray());
        });
    }

    private List<Claim> inTransaction(JdbcOperations jdbc, Function<JdbcOperations, List<Claim>> work) {
        return LockConflicts.retried(database(), () -> MySqlTransaction.run(jdbc, work));
    }
}
