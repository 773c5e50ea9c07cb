package io.integrationkit.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How the stores reach their database. Statements of {@link #jdbc()} join the transaction that is active on this data
 * source, if there is one.
 */
public final class JdbcAccess {

    private final DataSource dataSource;

    private final JdbcTemplate jdbc;

    private final Database database;

    private final PlatformTransactionManager transactionManager;

    private final TransactionTemplate required;

    private final TransactionTemplate requiresNew;

    /**
     * Creates the access.
     *
     * @param dataSource the data source
     * @param transactionManager manager of that data source's transactions
     * @param database which product it is
     */
    public JdbcAccess(DataSource dataSource, PlatformTransactionManager transactionManager, Database database) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        this.database = database;
        this.transactionManager = transactionManager;
        this.required = template(transactionManager, TransactionDefinition.PROPAGATION_REQUIRED, database);
        this.requiresNew = template(transactionManager, TransactionDefinition.PROPAGATION_REQUIRES_NEW, database);
    }

    private static TransactionTemplate template(
            PlatformTransactionManager transactionManager, int propagation, Database database) {
        DefaultTransactionDefinition definition = new DefaultTransactionDefinition(propagation);
        if (propagation == TransactionDefinition.PROPAGATION_REQUIRES_NEW) {
            definition.setIsolationLevel(database.isolation());
        }
        return new TransactionTemplate(transactionManager, definition);
    }

    /**
     * Returns the template for statements.
     *
     * @return the template
     */
    public JdbcOperations jdbc() {
        return this.jdbc;
    }

    /**
     * Returns the data source, for what needs a connection of its own.
     *
     * @return the data source
     */
    public DataSource dataSource() {
        return this.dataSource;
    }

    /**
     * Returns which product the database is.
     *
     * @return the product
     */
    public Database database() {
        return this.database;
    }

    /**
     * Returns the manager of the transactions the stores join.
     *
     * @return the transaction manager
     */
    public PlatformTransactionManager transactionManager() {
        return this.transactionManager;
    }

    /**
     * Tells whether statements of {@link #jdbc()} run in a transaction now.
     *
     * @return whether a transaction on this data source is active on this thread
     */
    public boolean inTransaction() {
        return TransactionSynchronizationManager.isActualTransactionActive()
                && TransactionSynchronizationManager.hasResource(this.dataSource)
                && managerSeesTransaction();
    }

    /**
     * Under another manager a plain statement binds its connection to the thread as well, in auto-commit mode: only the
     * manager itself can tell. Joining registers nothing, so the joined status needs no end.
     */
    private boolean managerSeesTransaction() {
        try {
            this.transactionManager.getTransaction(
                    new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_MANDATORY));
            return true;
        } catch (IllegalTransactionStateException ex) {
            return false;
        }
    }

    /**
     * Runs work in the active transaction, or in one of its own if none is active.
     *
     * @param work the work
     * @param <T> what it returns
     * @return what it returned
     */
    public <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
        return this.required.<T>execute((status) -> work.get());
    }

    /**
     * Runs work in a transaction of its own, committed when this returns; a transaction that is active waits, holding
     * its connection.
     *
     * @param work the work
     * @param <T> what it returns
     * @return what it returned
     */
    public <T extends @Nullable Object> T inNewTransaction(Supplier<T> work) {
        return this.requiresNew.<T>execute((status) -> work.get());
    }

    /**
     * Runs statements on a connection of their own, not that of a transaction which is active. Each is committed by
     * itself, without a round trip for that, where the connections of the data source are in auto-commit mode; otherwise
     * all are committed together when the work returns. The isolation is the one connections have by default.
     *
     * @param work the statements
     * @param <T> what they return
     * @return what they returned
     * @throws DataAccessException if a statement or the commit fails
     */
    public <T extends @Nullable Object> T onOwnConnection(ConnectionCallback<T> work) {
        Connection connection = null;
        try {
            connection = withoutTransaction(this.dataSource).getConnection();
            T result = committed(connection, work);
            Connection used = connection;
            connection = null;
            used.close();
            return result;
        } catch (SQLException ex) {
            String task = "statements on a connection of their own";
            DataAccessException translated = this.jdbc.getExceptionTranslator().translate(task, null, ex);
            throw (translated != null) ? translated : new UncategorizedSQLException(task, null, ex);
        } finally {
            JdbcUtils.closeConnection(connection);
        }
    }

    /** A proxy that knows of transactions would hand out the connection of the active one. */
    private static DataSource withoutTransaction(DataSource dataSource) {
        DataSource target =
                (dataSource instanceof TransactionAwareDataSourceProxy proxy) ? proxy.getTargetDataSource() : null;
        return (target != null) ? target : dataSource;
    }

    private static <T extends @Nullable Object> T committed(Connection connection, ConnectionCallback<T> work)
            throws SQLException {
        if (connection.getAutoCommit()) {
            return work.doInConnection(connection);
        }
        try {
            T result = work.doInConnection(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException | Error ex) {
            try {
                connection.rollback();
            } catch (SQLException failed) {
                ex.addSuppressed(failed);
            }
            throw ex;
        }
    }

    /** Lets the active transaction end with a rollback only: the database has taken back some of it or all. */
    public void rollBackOnly() {
        TransactionStatus joined = this.transactionManager.getTransaction(
                new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_MANDATORY));
        joined.setRollbackOnly();
        // That of a participant, which leaves the end itself to whoever began.
        this.transactionManager.rollback(joined);
    }
}
