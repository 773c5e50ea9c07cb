package io.integrationkit.autoconfigure.reliable;

import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.beans.factory.BeanFactory;

/**
 * The executor that Boot gives the application for its asynchronous work, found when it is first needed; the common
 * pool if the application has none. Not a bean: Boot would take it for the application's own.
 */
final class ApplicationExecutor implements Executor {

    private static final String NAME = "applicationTaskExecutor";

    private final BeanFactory beanFactory;

    private volatile @Nullable Executor executor;

    ApplicationExecutor(BeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    @Override
    public void execute(Runnable work) {
        Executor found = this.executor;
        if (found == null) {
            found = find();
            this.executor = found;
        }
        found.execute(work);
    }

    private Executor find() {
        try {
            return (this.beanFactory.containsBean(NAME) && this.beanFactory.isTypeMatch(NAME, Executor.class))
                    ? this.beanFactory.getBean(NAME, Executor.class)
                    : ForkJoinPool.commonPool();
        } catch (BeansException ex) {
            // The application is stopping, and somebody still waits for an answer.
            return ForkJoinPool.commonPool();
        }
    }
}
