package io.integrationkit.idempotency;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The statements on MariaDB: one round trip each. An insert that meets the key changes nothing but locks the row, and
 * gives back what is there now, whatever the snapshot of the transaction is.
 */
final class MariaDbKeyStatements extends KeyStatements {

    private final String insertAndRead;

    MariaDbKeyStatements(KeyTable table) {
        super(table);
        this.insertAndRead = table.insertInto + " values (" + table.values
                + ") on duplicate key update operation = operation returning " + table.columns;
    }

    @Override
    protected @Nullable KeyRow insertOrRead(Connection connection, ClaimRequest request, LockWait wait)
            throws SQLException {
        return read(connection, limited(this.insertAndRead, wait), KeyTable.values(request));
    }

    @Override
    protected int update(Connection connection, String sql, Parameters parameters, LockWait wait) throws SQLException {
        return updated(connection, limited(sql, wait), parameters);
    }

    /** For this statement only, so nothing has to be set back. */
    private static String limited(String sql, LockWait wait) {
        return (wait.longest() != null)
                ? "set statement innodb_lock_wait_timeout = " + LockWait.seconds(wait.longest()) + " for " + sql
                : sql;
    }
}
