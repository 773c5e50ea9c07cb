package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;

/**
 * Work that returns something.
 *
 * @param <T> type of its result
 * @param <E> what it throws
 */
@FunctionalInterface
public interface ThrowingSupplier<T extends @Nullable Object, E extends Throwable> {

    /**
     * Makes one attempt.
     *
     * @return the result
     * @throws E if it failed
     */
    T get() throws E;
}
