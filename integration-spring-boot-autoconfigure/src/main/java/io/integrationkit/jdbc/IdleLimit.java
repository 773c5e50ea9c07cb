package io.integrationkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * How long a transaction of ours may wait for its next statement. A process that stands still as a whole (SIGSTOP, a
 * machine that is suspended) keeps its session with the database and would keep what it has locked; when the time is
 * over, the database ends the session and takes the transaction back. A shorter limit that is set already stays.
 *
 * <p>It holds for that transaction only. On PostgreSQL it is a setting of the transaction. MariaDB and MySQL share none
 * of that kind: there {@code wait_timeout} of the session is lowered before the transaction, in whole seconds, and set back
 * after it. H2 has no such limit; nothing is done there. Thread-safe.
 */
public final class IdleLimit {

    private static final Logger logger = LoggerFactory.getLogger(IdleLimit.class);

    private static final String LOWER_ON_POSTGRES = """
            SELECT set_config('idle_in_transaction_session_timeout', '%1$d', true) \
            WHERE NOT current_setting('idle_in_transaction_session_timeout')::interval \
            BETWEEN '1 millisecond' AND '%1$d milliseconds'""";

    private static final String LOWER_ON_MYSQL = "SET @integration_wait_timeout = @@SESSION.wait_timeout,"
            + " SESSION wait_timeout = LEAST(@@SESSION.wait_timeout, %d)";

    private static final String SET_BACK_ON_MYSQL = "SET SESSION wait_timeout = @integration_wait_timeout";

    private final Database database;

    private final String lower;

    /**
     * Creates a limit.
     *
     * @param database the product
     * @param most how long a transaction may wait; positive
     */
    public IdleLimit(Database database, Duration most) {
        this.database = database;
        this.lower = database.speaksMySql()
                ? LOWER_ON_MYSQL.formatted((most.toMillis() + 999) / 1000)
                : LOWER_ON_POSTGRES.formatted(Math.min(Integer.MAX_VALUE, Math.max(1, most.toMillis())));
    }

    /**
     * Limits the transaction of Spring that is active on this thread, which was begun for our work alone. Called again in
     * the same transaction it changes nothing.
     *
     * @param jdbc template of its data source
     * @throws org.springframework.dao.DataAccessException if the database refuses
     */
    public void limitActiveTransaction(JdbcOperations jdbc) {
        switch (this.database) {
            case POSTGRESQL -> jdbc.execute(this.lower);
            case MARIADB, MYSQL -> {
                if (TransactionSynchronizationManager.isSynchronizationActive() && !isSetBackAtTheEnd()) {
                    TransactionSynchronizationManager.registerSynchronization(new SetBack(lowered(jdbc)));
                }
            }
            case H2 -> {}
        }
    }

    private Connection lowered(JdbcOperations jdbc) {
        return Objects.requireNonNull(jdbc.execute((ConnectionCallback<Connection>) (connection) -> {
            execute(connection, this.lower);
            return connection;
        }));
    }

    private static boolean isSetBackAtTheEnd() {
        return TransactionSynchronizationManager.getSynchronizations().stream().anyMatch(SetBack.class::isInstance);
    }

    /**
     * Limits what is done on a connection no transaction of Spring is on.
     *
     * @param connection the connection
     * @param work the work, with its commit
     * @param <T> what it returns
     * @return what it returned
     * @throws SQLException if the work or the setting fails
     */
    public <T extends @Nullable Object> T limited(Connection connection, ConnectionCallback<T> work)
            throws SQLException {
        switch (this.database) {
            case POSTGRESQL -> {
                // Where each statement is a transaction, none can wait for the next.
                if (!connection.getAutoCommit()) {
                    execute(connection, this.lower);
                }
            }
            case MARIADB, MYSQL -> {
                return loweredFor(connection, work);
            }
            case H2 -> {}
        }
        return work.doInConnection(connection);
    }

    private <T extends @Nullable Object> T loweredFor(Connection connection, ConnectionCallback<T> work)
            throws SQLException {
        execute(connection, this.lower);
        T result;
        try {
            result = work.doInConnection(connection);
        } catch (SQLException | RuntimeException | Error ex) {
            try {
                execute(connection, SET_BACK_ON_MYSQL);
            } catch (SQLException failed) {
                ex.addSuppressed(failed);
            }
            throw ex;
        }
        execute(connection, SET_BACK_ON_MYSQL);
        return result;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** After the commit and before the connection goes back to its pool: a commit that does not come is limited too. */
    private record SetBack(Connection connection) implements TransactionSynchronization {

        @Override
        public void afterCompletion(int status) {
            try {
                execute(this.connection, SET_BACK_ON_MYSQL);
            } catch (SQLException ex) {
                logger.debug("The session has ended before its wait_timeout could be set back", ex);
            }
        }
    }
}
