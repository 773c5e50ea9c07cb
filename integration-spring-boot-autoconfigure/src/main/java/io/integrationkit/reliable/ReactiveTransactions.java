package io.integrationkit.reliable;

import org.springframework.transaction.NoTransactionException;
import org.springframework.transaction.reactive.TransactionSynchronizationManager;
import reactor.util.context.ContextView;

/** Knows the transaction that a Reactor context carries. */
final class ReactiveTransactions {

    private ReactiveTransactions() {}

    /** Whether a transaction is active for who subscribes with this context. */
    static boolean isActive(ContextView context) {
        return !context.isEmpty()
                && TransactionSynchronizationManager.forCurrentTransaction()
                        .map(TransactionSynchronizationManager::isActualTransactionActive)
                        .onErrorReturn(NoTransactionException.class, false)
                        .contextWrite(context)
                        // Reads the context only: there is nothing to wait for.
                        .toFuture()
                        .getNow(false);
    }
}
