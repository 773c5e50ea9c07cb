package io.integrationkit.jdbc;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ArgumentPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * An insert that changes nothing where its key exists, on MariaDB and MySQL.
 *
 * <p>A plain insert that meets the key keeps a shared lock on it, so that two that go on to update the row end in a
 * deadlock. {@code on duplicate key update} takes the exclusive lock at once, so that they queue. {@code insert ignore}
 * would let a value that is too long pass, cut off. Of several that wait for a transaction that then rolls back the
 * server lets one in and ends the others with a deadlock, whatever the kind of insert.
 *
 * <p>What it has done is not in the number of rows, which is 1 either way unless the connection counts differently: the
 * update, which is evaluated only where the key exists, says so through {@code last_insert_id}.
 */
final class MySqlInsert {

    /** No row ever gets that number by itself. */
    private static final long EXISTS = Long.MAX_VALUE;

    private MySqlInsert() {}

    static boolean ifAbsent(JdbcOperations jdbc, String insert, @Nullable Object... arguments) {
        String column =
                insert.substring(insert.indexOf('(') + 1, insert.indexOf(',')).strip();
        // An argument that depends on the row keeps it from being evaluated ahead of time.
        String sql = insert
                + " on duplicate key update %1$s = if(last_insert_id(%2$d - 0 * length(%1$s)) > 0, %1$s, %1$s)"
                        .formatted(column, EXISTS);
        return Boolean.TRUE.equals(jdbc.<Boolean>execute(
                (connection) -> connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS),
                (PreparedStatement statement) -> {
                    new ArgumentPreparedStatementSetter(arguments).setValues(statement);
                    statement.executeUpdate();
                    ResultSet keys = statement.getGeneratedKeys();
                    try {
                        return !keys.next() || keys.getLong(1) != EXISTS;
                    } finally {
                        JdbcUtils.closeResultSet(keys);
                    }
                }));
    }
}
