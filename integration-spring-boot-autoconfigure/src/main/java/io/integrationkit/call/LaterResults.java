package io.integrationkit.call;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the stages go on with a result that comes later. One kind for each of the types that a method may return such a
 * result as. The stages run on the thread of the call until the method has returned; what is given to
 * {@link #whenDone} and {@link #recover} runs on the thread that completes the result.
 */
public interface LaterResults {

    /**
     * Finds the kind for a method.
     *
     * @param type return type of the method
     * @param blocking runs what may block: recovery
     * @return how to go on, or {@code null} if the method returns its result itself or as a type that is not supported
     */
    static @Nullable LaterResults of(Class<?> type, Executor blocking) {
        return LaterResultTypes.find(type, blocking);
    }

    /**
     * Makes what the caller gets. A failure thrown by the stages becomes a failed result.
     *
     * @param call makes the call; asked once each time the stages run
     * @param stages the stages
     * @return the result; where results are lazy the stages run for each subscription
     */
    Object answer(Supplier<Call> call, Stage stages);

    /**
     * Has something told how the result ended, once, also if it was cancelled.
     *
     * @param result what a stage returned
     * @param end told of the end
     * @return the same result, to be returned instead
     */
    Object whenDone(@Nullable Object result, End end);

    /**
     * Has something told how the work of an attempt ended, once. Unlike with {@link #whenDone}, cancelling what is
     * returned asks the work to stop and is not its end.
     *
     * @param result what the method returned
     * @param end told of the end
     * @return the result to be returned instead
     */
    Object whenWorkDone(@Nullable Object result, End end);

    /**
     * Lets lazy work know what surrounds it, which the thread on which it is done does not know.
     *
     * @param result what a stage returned
     * @param context what the work finds in its Reactor context
     * @return the result to be returned instead; the same one if it is not lazy
     */
    @Nullable
    Object within(@Nullable Object result, Map<String, ?> context);

    /**
     * Puts another result in the place of a failed one.
     *
     * @param result what a stage returned
     * @param recovery asked if it failed; on a thread that may block
     * @return the result to be returned instead
     */
    Object recover(@Nullable Object result, Recovery recovery);

    /**
     * Has something done with the end of a result, once, before the caller gets it and on a thread that may block. What
     * surrounds this thread surrounds lazy work and the settlement too.
     *
     * @param result what a stage returned
     * @param settlement what to do; must not throw
     * @return the result to be returned instead
     */
    Object settled(@Nullable Object result, Settlement settlement);

    /**
     * Begins stages that block before there is work: on this thread, or, where results are lazy, on one that may block
     * when the result is asked for.
     *
     * @param stages makes the result
     * @return the result
     * @throws Throwable if it failed at once
     */
    Object blocking(ThrowingStages stages) throws Throwable;

    /**
     * Makes a result that is there already.
     *
     * @param value the value, or {@code null}
     * @return the result
     */
    Object ready(@Nullable Object value);

    /**
     * Begins a result that nobody else begins, for its work.
     *
     * @param result what the caller got; if it is lazy, it is subscribed to once
     * @return completes when the result does; without a value if it may have several
     */
    CompletionStage<?> begin(@Nullable Object result);

    /** Told of the end of a result. */
    @FunctionalInterface
    interface End {

        /**
         * Called once.
         *
         * @param failure why there is no result, a {@link java.util.concurrent.CancellationException} if nobody waits
         *     for it any more; {@code null} if there is one
         */
        void ended(@Nullable Throwable failure);
    }

    /** Makes a result after a failure. */
    @FunctionalInterface
    interface Recovery {

        /**
         * Recovers.
         *
         * @param failure why there is no result
         * @return a result, of the type of the method or of the type of its values
         * @throws Throwable if there is none; the caller gets it
         */
        @Nullable
        Object recover(Throwable failure) throws Throwable;
    }

    /** Stages that make a result that comes later. */
    @FunctionalInterface
    interface ThrowingStages {

        /**
         * Makes the result.
         *
         * @return a result that comes later
         * @throws Throwable if it failed at once
         */
        @Nullable
        Object run() throws Throwable;
    }

    /** What is to be done before the caller gets a result. */
    @FunctionalInterface
    interface Settlement {

        /**
         * Called once.
         *
         * @param value the result, {@code null} if it has no value or failed
         * @param failure why there is no result, a {@link java.util.concurrent.CancellationException} if nobody waits
         *     for it any more; {@code null} if there is one
         */
        void settle(@Nullable Object value, @Nullable Throwable failure);
    }
}
