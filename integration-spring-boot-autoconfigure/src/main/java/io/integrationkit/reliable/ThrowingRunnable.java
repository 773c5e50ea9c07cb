package io.integrationkit.reliable;

/**
 * Work that returns nothing.
 *
 * @param <E> what it throws
 */
@FunctionalInterface
public interface ThrowingRunnable<E extends Throwable> {

    /**
     * Makes one attempt.
     *
     * @throws E if it failed
     */
    void run() throws E;
}
