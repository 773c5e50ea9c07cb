package io.integrationkit.idempotency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The statements on MySQL, which gives nothing back from an insert: a claim costs two round trips. An insert that meets
 * the key changes nothing but takes the exclusive lock of the row at once: a plain one would keep a shared lock, and two
 * that go on to take the key over would end in a deadlock.
 *
 * <p>The snapshot of a transaction may be older than what the insert waited for; the read takes the lock and so sees it.
 */
final class MySqlKeyStatements extends KeyStatements {

    private final String insert;

    MySqlKeyStatements(KeyTable table) {
        super(table);
        this.insert = table.insertInto + " values (" + table.values + ") on duplicate key update operation = operation";
    }

    @Override
    protected @Nullable KeyRow insertOrRead(Connection connection, ClaimRequest request, LockWait wait)
            throws SQLException {
        update(connection, this.insert, KeyTable.values(request), wait);
        String read = wait.joined() ? table().read + " for update" : table().read;
        try (PreparedStatement statement = connection.prepareStatement(read)) {
            limit(statement, wait);
            KeyTable.key(request.key()).set(statement);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? KeyRow.of(rows) : null;
            }
        }
    }

    @Override
    protected int update(Connection connection, String sql, Parameters parameters, LockWait wait) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            limit(statement, wait);
            parameters.set(statement);
            return statement.executeUpdate();
        }
    }

    /** In seconds, one at least: zero would mean no limit. The server's own limit for locks holds as well. */
    private static void limit(PreparedStatement statement, LockWait wait) throws SQLException {
        Duration longest = wait.longest();
        if (longest != null) {
            statement.setQueryTimeout(Math.max(1, LockWait.seconds(longest)));
        }
    }
}
