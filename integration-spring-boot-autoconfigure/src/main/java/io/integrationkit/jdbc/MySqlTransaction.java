package io.integrationkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
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
     * @param limit how long the transaction may wait for its next statement
     * @param work the statements, on the template it is given
     * @param <T> what they return
     * @return what they returned
     * @throws org.springframework.dao.DataAccessException if a statement or the commit fails; all is taken back then
     */
    public static <T> T run(JdbcOperations jdbc, IdleLimit limit, Function<JdbcOperations, T> work) {
        return execute(jdbc, (connection) -> {
            JdbcOperations statements = on(connection);
            return connection.getAutoCommit()
                    ? limit.<T>limited(connection, (limited) -> run(limited, () -> work.apply(statements)))
                    : work.apply(statements);
        });
    }

    /**
     * Runs one statement, which is a transaction of its own: when it has run, nothing stays locked, whatever becomes of
     * this process.
     *
     * @param jdbc template of the connection
     * @param work the statement, on the template it is given
     * @param <T> what it returns
     * @return what it returned
     * @throws org.springframework.dao.DataAccessException if the statement fails
     */
    public static <T> T runOne(JdbcOperations jdbc, Function<JdbcOperations, T> work) {
        return execute(jdbc, (connection) -> {
            if (connection.getAutoCommit()) {
                readCommitted(connection);
            }
            return work.apply(on(connection));
        });
    }

    private static <T> T execute(JdbcOperations jdbc, ConnectionCallback<T> work) {
        return Objects.requireNonNull(jdbc.execute(work));
    }

    private static JdbcOperations on(Connection connection) {
        return new JdbcTemplate(new SingleConnectionDataSource(connection, true));
    }

    private static void readCommitted(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(READ_COMMITTED);
        }
    }

    private static <T> T run(Connection connection, Supplier<T> work) throws SQLException {
        connection.setAutoCommit(false);
        T result;
        try {
            readCommitted(connection);
            result = work.get();
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
