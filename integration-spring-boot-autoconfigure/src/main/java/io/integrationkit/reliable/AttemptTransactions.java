package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/** Tells a watched attempt of the transactions that begin and end inside it. */
public final class AttemptTransactions implements TransactionExecutionListener {

    @Override
    public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
        if (beginFailure == null && transaction.isNewTransaction()) {
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
        if (transaction.isNewTransaction()) {
            AttemptWatch.transactionEnded();
        }
    }
}
