package io.integrationkit.outbox;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Ties what is published to the transaction it is published in.
 *
 * <p>Messages are buffered and written by one INSERT as the last thing before the commit, so that their ids are drawn
 * while the transaction holds its locks: of two transactions that change the same row, the one that commits later also
 * has the higher ids. An INSERT at publish would draw them earlier, and a transaction that then waits for the other's
 * lock would be first in the outbox and last in the table.
 *
 * <p>The last moment is {@link TransactionExecutionListener#beforeCommit}: after all synchronizations, with the
 * persistence context flushed, and a failure still rolls back. A manager that takes no listeners is served by a
 * synchronization of the lowest precedence instead; there, what is published after it is written at once.
 */
final class OutboxTransactions implements TransactionExecutionListener {

    private final JdbcAccess access;

    private final OutboxStore store;

    private final IntConsumer committed;

    private final boolean listening;

    private final ThreadLocal<@Nullable Committing> committing = new ThreadLocal<>();

    /** The consumer is told after each commit how many messages it made owed. */
    OutboxTransactions(JdbcAccess access, OutboxStore store, IntConsumer committed) {
        this.access = access;
        this.store = store;
        this.committed = committed;
        this.listening = access.transactionManager() instanceof ConfigurableTransactionManager;
    }

    /** Begins to hear of commits; called once, before anything is published. */
    void listen() {
        if (this.access.transactionManager() instanceof ConfigurableTransactionManager manager) {
            manager.addListener(this);
        }
    }

    /** Returns where the active transaction collects its messages, or refuses. */
    OutboxTransaction current() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw refused(
                    ProblemCode.OUTBOX_NO_TRANSACTION,
                    "There is no transaction: publish from a @Transactional method, so that message and change are one");
        }
        if (!TransactionSynchronizationManager.isSynchronizationActive()) {
            throw over();
        }
        if (TransactionSynchronizationManager.getResource(this) instanceof OutboxTransaction bound) {
            return bound;
        }
        return begin();
    }

    private OutboxTransaction begin() {
        if (TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw refused(
                    ProblemCode.OUTBOX_READ_ONLY,
                    "The transaction '%s' is read-only and will never write the message: remove readOnly = true"
                            .formatted(TransactionSynchronizationManager.getCurrentTransactionName()));
        }
        if (!this.access.inTransaction()) {
            throw refused(
                    ProblemCode.OUTBOX_FOREIGN_TRANSACTION,
                    ("The transaction '%s' is not one of the outbox's data source (its manager is a %s): name that"
                                    + " manager in @Transactional")
                            .formatted(
                                    TransactionSynchronizationManager.getCurrentTransactionName(),
                                    this.access.transactionManager().getClass().getSimpleName()));
        }
        if (isCommitting(connectionHolder())) {
            throw over();
        }
        OutboxTransaction transaction = new OutboxTransaction(this, this.store, !this.listening, this.committed);
        TransactionSynchronizationManager.registerSynchronization(transaction);
        TransactionSynchronizationManager.bindResource(this, transaction);
        return transaction;
    }

    private @Nullable Object connectionHolder() {
        return TransactionSynchronizationManager.getResource(this.access.dataSource());
    }

    @Override
    public void beforeCommit(TransactionExecution transaction) {
        if (!transaction.isNewTransaction()) {
            return;
        }
        if (TransactionSynchronizationManager.getResource(this) instanceof OutboxTransaction bound) {
            if (!bound.isEmpty() && transaction instanceof TransactionStatus status) {
                status.flush();
            }
            bound.write();
        }
        Object holder = connectionHolder();
        if (holder != null) {
            this.committing.set(new Committing(transaction, holder, this.committing.get()));
        }
    }

    @Override
    public void afterCommit(TransactionExecution transaction, @Nullable Throwable commitFailure) {
        ended(transaction);
    }

    @Override
    public void afterRollback(TransactionExecution transaction, @Nullable Throwable rollbackFailure) {
        ended(transaction);
    }

    private void ended(TransactionExecution transaction) {
        for (Committing entry = this.committing.get(); entry != null; entry = entry.outer()) {
            if (entry.transaction() == transaction) {
                forget(entry);
                return;
            }
        }
    }

    private void forget(Committing entry) {
        if (entry.outer() == null) {
            this.committing.remove();
        } else {
            this.committing.set(entry.outer());
        }
    }

    private boolean isCommitting(@Nullable Object holder) {
        for (Committing entry = this.committing.get(); entry != null; entry = entry.outer()) {
            if (entry.holder() == holder) {
                return true;
            }
        }
        return false;
    }

    static ProblemException over() {
        return refused(
                ProblemCode.OUTBOX_TRANSACTION_OVER,
                ("The transaction '%s' is already over and can write no message any more: publish before the commit (in"
                                + " a BEFORE_COMMIT listener at the latest) or in a new transaction")
                        .formatted(Objects.requireNonNullElse(
                                TransactionSynchronizationManager.getCurrentTransactionName(), "unnamed")));
    }

    private static ProblemException refused(ProblemCode code, String message) {
        return new ProblemException(code, FailureCategory.PERMANENT, message);
    }

    /** A transaction of this thread between its last statement and its end; another may run inside its callbacks. */
    private record Committing(
            TransactionExecution transaction,
            Object holder,
            @Nullable Committing outer) {}
}
