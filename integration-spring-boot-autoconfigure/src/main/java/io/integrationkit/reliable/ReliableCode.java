package io.integrationkit.reliable;

import io.integrationkit.call.CodeOperation;
import io.integrationkit.call.InvalidOperationException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs work under a policy, as one operation with a plan, meters and a place in {@code /actuator/integration}. The plan
 * is made by the first call; a policy, or a name that an annotated method has already, that cannot work is told by that
 * call with an {@link InvalidOperationException}. Immutable; safe for use by any number of threads; may be kept.
 *
 * <p>The work runs once for each attempt, and may run again after an attempt whose outcome is unknown. What it throws at
 * last is thrown to the caller as it is; refusals are {@link io.integrationkit.failure.RejectedException}s.
 */
public final class ReliableCode {

    private final Reliability reliability;

    private final String policy;

    private final String name;

    private final SafeToRetry safe;

    private volatile @Nullable CodeOperation blocking;

    private volatile @Nullable CodeOperation later;

    ReliableCode(Reliability reliability, String policy, String name, SafeToRetry safe) {
        this.reliability = reliability;
        this.policy = policy;
        this.name = name;
        this.safe = safe;
    }

    /**
     * Names the operation, so that it has a plan and meters of its own.
     *
     * @param operation a constant of the code
     * @return the same policy with this operation
     */
    public ReliableCode operation(String operation) {
        return this.reliability.of(this.policy, operation, this.safe);
    }

    /**
     * Says whether the work may be done twice.
     *
     * @param repeatable what follows from an attempt whose outcome is unknown; the same for all calls of an operation
     * @return the same operation with this
     */
    public ReliableCode safeToRetry(SafeToRetry repeatable) {
        return this.reliability.of(this.policy, this.name, repeatable);
    }

    /**
     * Says what the caller gets when the call is given up, refusals included.
     *
     * @param fallback makes the answer from the failure; what it throws, the caller gets. Asked after the
     *     {@link FailureHandler} beans, and not for errors of the virtual machine
     * @param <T> type of the answer
     * @return runs work with this fallback
     */
    public <T extends @Nullable Object> WithFallback<T> fallback(Function<Throwable, ? extends T> fallback) {
        return new WithFallback<>(this, fallback);
    }

    /**
     * Runs work on this thread.
     *
     * @param work what to do
     * @param <T> type of its result
     * @param <E> what it throws
     * @return its result
     * @throws E what its last attempt threw
     */
    public <T extends @Nullable Object, E extends Throwable> T call(ThrowingSupplier<T, E> work) throws E {
        return call(work, null);
    }

    /**
     * Runs work on this thread.
     *
     * @param work what to do
     * @param <E> what it throws
     * @throws E what its last attempt threw
     */
    public <E extends Throwable> void run(ThrowingRunnable<E> work) throws E {
        this.<@Nullable Object, E>call(
                () -> {
                    work.run();
                    return null;
                },
                null);
    }

    /**
     * Begins work whose result comes later. No thread waits for it. The operation has {@code .async} behind its name.
     *
     * @param work begins an attempt: the first on this thread, further ones on the executor of the application
     * @param <T> type of its result
     * @return its result; cancelling it cancels the attempt
     */
    public <T extends @Nullable Object> CompletionStage<T> callAsync(Supplier<? extends CompletionStage<T>> work) {
        return callAsync(work, null);
    }

    /** What the work and the fallback return is all there is to return, and what they throw all there is to throw. */
    @SuppressWarnings({"unchecked", "NullAway"})
    <T extends @Nullable Object, E extends Throwable> T call(
            ThrowingSupplier<? extends T, E> work, @Nullable Function<Throwable, ? extends T> fallback) throws E {
        try {
            return (T) blocking().run(new CodeWork(work::get, fallback));
        } catch (Throwable failure) {
            throw (E) failure;
        }
    }

    /** A result that comes later is never missing itself. */
    @SuppressWarnings({"unchecked", "NullAway"})
    <T extends @Nullable Object> CompletionStage<T> callAsync(
            Supplier<? extends CompletionStage<? extends T>> work,
            @Nullable Function<Throwable, ? extends T> fallback) {
        try {
            return (CompletionStage<T>) later().run(new CodeWork(work::get, fallback));
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new IllegalStateException("A result that comes later failed at once", failure);
        }
    }

    private CodeOperation blocking() {
        CodeOperation defined = this.blocking;
        if (defined != null) {
            return defined;
        }
        synchronized (this) {
            if (this.blocking == null) {
                this.blocking = this.reliability.blocking(this);
            }
            return this.blocking;
        }
    }

    private CodeOperation later() {
        CodeOperation defined = this.later;
        if (defined != null) {
            return defined;
        }
        synchronized (this) {
            if (this.later == null) {
                this.later = this.reliability.later(this);
            }
            return this.later;
        }
    }

    String policy() {
        return this.policy;
    }

    String name() {
        return this.name;
    }

    SafeToRetry safe() {
        return this.safe;
    }

    @Override
    public String toString() {
        return this.name;
    }

    /**
     * Runs work with a fallback. Immutable; safe for use by any number of threads; may be kept.
     *
     * @param <T> type of the answer
     */
    public static final class WithFallback<T extends @Nullable Object> {

        private final ReliableCode code;

        private final Function<Throwable, ? extends T> fallback;

        WithFallback(ReliableCode code, Function<Throwable, ? extends T> fallback) {
            this.code = code;
            this.fallback = fallback;
        }

        /**
         * Runs work on this thread.
         *
         * @param work what to do
         * @param <E> what it throws
         * @return its result, or the answer of the fallback
         * @throws E what its last attempt threw, if the fallback threw it again
         */
        public <E extends Throwable> T call(ThrowingSupplier<? extends T, E> work) throws E {
            return this.code.<T, E>call(work, this.fallback);
        }

        /**
         * Begins work whose result comes later.
         *
         * @param work begins an attempt
         * @return its result, or the answer of the fallback, which is asked on the executor of the application
         */
        public CompletionStage<T> callAsync(Supplier<? extends CompletionStage<? extends T>> work) {
            return this.code.<T>callAsync(work, this.fallback);
        }
    }
}
