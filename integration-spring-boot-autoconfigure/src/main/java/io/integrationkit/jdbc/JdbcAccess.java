package io.integrationkit.jdbc;

import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.DefaultTransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How the stores reach their database. Statements of {@link #jdbc()} join the transaction that is active on this data
 * source, if there is one.
 */
public final class JdbcAccess {

    private final DataSource dataSource;

    private final JdbcOperations jdbc;

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
}
