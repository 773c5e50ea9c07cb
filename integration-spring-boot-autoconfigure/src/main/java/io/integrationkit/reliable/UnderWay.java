package io.integrationkit.reliable;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What a call that is cancelled has to stop: the step that is under way. A step may run on another thread, end and be
 * followed by the next one before the thread that began it has learnt how to cancel it; who comes too late is not taken.
 * Safe for use by any number of threads.
 */
final class UnderWay {

    private static final Runnable NOTHING = () -> {};

    private final AtomicReference<Step> current = new AtomicReference<>(new Step(0, NOTHING, false));

    /**
     * Begins a step; the one before has come to its end.
     *
     * @return number of the step
     */
    int begins() {
        return this.current
                .updateAndGet((last) -> new Step(last.number() + 1, NOTHING, last.cancelled()))
                .number();
    }

    /**
     * Says how a step is cancelled. If all was cancelled already, that happens now, on this thread.
     *
     * @param number number of the step
     * @param cancellation cancels it; does nothing if the step is over
     */
    void cancelledBy(int number, Runnable cancellation) {
        Step now = this.current.updateAndGet(
                (last) -> (last.number() == number) ? new Step(number, cancellation, last.cancelled()) : last);
        if (now.cancelled()) {
            cancellation.run();
        }
    }

    /** Whether the call was cancelled: no step must begin. */
    boolean isCancelled() {
        return this.current.get().cancelled();
    }

    /** Cancels the step under way, and each that may still be begun. */
    void cancel() {
        this.current
                .updateAndGet((last) -> new Step(last.number(), last.cancellation(), true))
                .cancellation()
                .run();
    }

    private record Step(int number, Runnable cancellation, boolean cancelled) {}
}
