package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.idempotency.IdempotencyTools;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.transaction.TransactionManager;

/** Finds the managers that {@code @Transactional} methods use, as Spring does. */
record MethodTransactionManagers(ListableBeanFactory beanFactory) implements IdempotencyTools.TransactionManagers {

    @Override
    public @Nullable Object find(String qualifier) {
        if (qualifier.isBlank()) {
            return this.beanFactory.getBeanProvider(TransactionManager.class).getIfUnique();
        }
        try {
            return BeanFactoryAnnotationUtils.qualifiedBeanOfType(
                    this.beanFactory, TransactionManager.class, qualifier);
        } catch (NoSuchBeanDefinitionException ex) {
            return null;
        }
    }
}
