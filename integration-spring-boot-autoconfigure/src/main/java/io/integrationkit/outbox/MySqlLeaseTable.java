package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.LockConflicts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The lease table on MariaDB and MySQL, where an update returns nothing: it and the query that reads what it did share a
 * short transaction, in which nobody else can change the rows.
 *
 * <p>The rows to claim are locked first, passing over those that another instance is claiming, so that claims neither
 * wait for each other nor end in a deadlock. READ COMMITTED, since otherwise the query would lock every row it passes.
 */
final class MySqlLeaseTable implements LeaseTable {

    private static final String RENEW = """
            UPDATE integration_outbox_lease SET expires_at = %1$s + interval ? * 1000 microsecond \
            WHERE owner = ? AND expires_at > %1$s""";

    private static final String HELD =
            "SELECT shard, epoch FROM integration_outbox_lease WHERE owner = ? AND expires_at > %s";

    private static final String FREE =
            "SELECT shard FROM integration_outbox_lease WHERE expires_at <= %s FOR UPDATE SKIP LOCKED";

    private static final String CLAIM = """
            UPDATE integration_outbox_lease SET owner = ?, epoch = epoch + 1, \
            expires_at = %s + interval ? * 1000 microsecond WHERE shard IN (""";

    private static final String CLAIMED = "SELECT shard, epoch FROM integration_outbox_lease WHERE shard IN (";

    private static final String RELEASE = "UPDATE integration_outbox_lease SET expires_at = %s WHERE owner = ?";

    private final Database database;

    private final String clock;

    MySqlLeaseTable(Database database) {
        this.database = database;
        this.clock = database.clock();
    }

    @Override
    public List<ShardLease> renew(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease) {
        return inTransaction(jdbc, (transaction) -> {
            transaction.update(RENEW.formatted(this.clock), millis, owner);
            return transaction.query(HELD.formatted(this.clock), lease, owner);
        });
    }

    @Override
    public List<ShardLease> claim(JdbcOperations jdbc, String owner, long millis, RowMapper<ShardLease> lease) {
        return inTransaction(jdbc, (transaction) -> {
            List<Integer> free = transaction.queryForList(FREE.formatted(this.clock), Integer.class);
            if (free.isEmpty()) {
                return Collections.emptyList();
            }
            String shards = String.join(", ", Collections.nCopies(free.size(), "?")) + ")";
            List<Object> arguments = new ArrayList<>(List.of(owner, millis));
            arguments.addAll(free);
            transaction.update(CLAIM.formatted(this.clock) + shards, arguments.toArray());
            return transaction.query(CLAIMED + shards, lease, free.toArray());
        });
    }

    @Override
    public void release(JdbcOperations jdbc, String owner) {
        LockConflicts.retried(this.database, () -> jdbc.update(RELEASE.formatted(this.clock), owner));
    }

    private List<ShardLease> inTransaction(JdbcOperations jdbc, Function<JdbcOperations, List<ShardLease>> work) {
        return LockConflicts.retried(this.database, () -> {
            List<ShardLease> leases = jdbc.execute(
                    (ConnectionCallback<List<ShardLease>>) (connection) -> inTransaction(connection, work));
            return (leases != null) ? leases : Collections.emptyList();
        });
    }

    private List<ShardLease> inTransaction(Connection connection, Function<JdbcOperations, List<ShardLease>> work)
            throws SQLException {
        connection.setTransactionIsolation(this.database.isolation());
        connection.setAutoCommit(false);
        boolean committed = false;
        try {
            List<ShardLease> leases = work.apply(new JdbcTemplate(new SingleConnectionDataSource(connection, true)));
            connection.commit();
            committed = true;
            return leases;
        } finally {
            if (!committed) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        }
    }
}
