package io.integrationkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.function.Function;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * A short transaction of a few statements on MariaDB and MySQL, READ COMMITTED whatever the server's default is, so that
 * no gap between rows is locked. It is for connections no Spring transaction knows, and for those in auto-commit mode:
 * in a transaction that is active it runs the statements and leaves the end to whoever began.
 */
public final class MySqlTransaction {

    /** For the next transaction only, so nothing has to be set back. */
    private static final String READ_COMMITTED = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

    private MySqlTransaction() {}

    /**
     * Runs statements in a transaction.
     *
     * @param jdbc template of the connection
     * @param work the statements, on the template it is given
     * @param <T> what they return
     * @return what they returned
     * @throws org.springframework.dao.DataAccessException if a statement or the commit fails; all is taken back then
     */
    public static <T> T run(JdbcOperations jdbc, Function<JdbcOperations, T> work) {
        return Objects.requireNonNull(jdbc.execute((ConnectionCallback<T>) (connection) -> run(connection, work)));
    }

    private static <T> T run(Connection connection, Function<JdbcOperations, T> work) throws SQLException {
        JdbcOperations statements = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
        if (!connection.getAutoCommit()) {
            return work.apply(statements);
        }
        connection.setAutoCommit(false);
        T result;
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute(READ_COMMITTED);
            }
            result = work.apply(statements);
            connection.commit();
        } catch (SQLException | RuntimeException | Error ex) {
            takeBack(connection, ex);
            throw ex;
        }
        connection.setAutoCommit(true);
        return result;
    }

    private static void takeBack(Connection connection, Throwable failure) {
        try {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException ex) {
            failure.addSuppressed(ex);
        }
    }
}
