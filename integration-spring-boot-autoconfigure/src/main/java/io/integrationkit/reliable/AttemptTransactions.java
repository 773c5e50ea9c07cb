package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;
import org.springframework.transaction.TransactionStatus;

/**
 * Tells a watched attempt of the transactions that begin and end inside it. Every transaction manager that is a bean gets
 * one; a manager that the application makes for itself needs one too, or its transactions are interrupted. Has no state.
 */
public final class AttemptTransactions implements TransactionExecutionListener {

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
        if (beginFailure == null && holdsTheThread(transaction)) {
            AttemptWatch.transactionBegan();
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

    private static void ended(TransactionExecution transaction) {
        if (holdsTheThread(transaction)) {
            AttemptWatch.transactionEnded();
        }
    }

    /** A reactive transaction ends on any thread, and a savepoint is no transaction. */
    private static boolean holdsTheThread(TransactionExecution transaction) {
        return transaction instanceof TransactionStatus && transaction.isNewTransaction();
    }
}
