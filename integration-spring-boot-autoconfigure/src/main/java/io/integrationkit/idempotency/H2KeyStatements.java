package io.integrationkit.idempotency;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The statements on H2, where a unique violation leaves the transaction as it was. */
final class H2KeyStatements extends KeyStatements {

    private final String insert;

    H2KeyStatements(KeyTable table) {
        super(table);
        this.insert = table.insertInto + " values (" + table.values + ")";
    }

    private interface Work<T extends @Nullable Object> {

        T run() throws SQLException;
    }

    @Override
    protected @Nullable KeyRow insertOrRead(Connection connection, ClaimRequest request, LockWait wait)
            throws SQLException {
        return H2KeyStatements.<@Nullable KeyRow>limited(connection, wait, () -> {
            try {
                updated(connection, this.insert, KeyTable.values(request));
            } catch (SQLIntegrityConstraintViolationException ex) {
                // The key is there: the read tells more.
            }
            return read(connection, table().read, KeyTable.key(request.key()));
        });
    }

    @Override
    protected int update(Connection connection, String sql, Parameters parameters, LockWait wait) throws SQLException {
        return H2KeyStatements.<Integer>limited(connection, wait, () -> updated(connection, sql, parameters));
    }

    private static <T extends @Nullable Object> T limited(Connection connection, LockWait wait, Work<T> work)
            throws SQLException {
        Duration longest = wait.longest();
        if (longest == null) {
            return work.run();
        }
        try (Statement statement = connection.createStatement()) {
            long before;
            try (ResultSet row = statement.executeQuery("call lock_timeout()")) {
                row.next();
                before = row.getLong(1);
            }
            statement.execute("set lock_timeout " + LockWait.millis(longest));
            try {
                return work.run();
            } finally {
                statement.execute("set lock_timeout " + before);
            }
        }
    }
}
