package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.reliable.AttemptTransactions;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;

/**
 * Lets attempts know of the transactions of every manager, also of one that the application has made: an attempt that
 * does not know of its transaction would be interrupted inside it.
 */
final class AttemptTransactionsPostProcessor implements BeanPostProcessor {

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof ConfigurableTransactionManager manager && !known(manager)) {
            manager.addListener(new AttemptTransactions());
        }
        return bean;
    }

    private static boolean known(ConfigurableTransactionManager manager) {
        return manager.getTransactionExecutionListeners().stream().anyMatch(AttemptTransactions.class::isInstance);
    }
}
