package io.integrationkit.breaker;

import java.util.concurrent.atomic.LongAdder;

/**
 * The results of the latest calls of one closed phase, without keeping those that are fine.
 *
 * <p>Calls are numbered in the order in which they end. A call that is fine only adds one to a striped counter, so that
 * threads do not meet there; its number need not be known. A call that failed or was slow is rare: it is recorded under
 * the breaker's lock and reads its number there, as the sum of the striped counter and of all that was recorded under the
 * lock. Which calls are still in the window, and how many, then follows from numbers alone.
 *
 * <p>The counters only ever grow. A sum over stripes that others are adding to is therefore a number that was, or will
 * have been, true at some moment while it was taken; sums taken one after the other under the lock do not fall, so that
 * numbers rise and no difference is negative.
 */
abstract class Window {

    private final LongAdder fine = new LongAdder();

    private long recorded;

    static Window of(CircuitBreakerSpec spec, long now) {
        return switch (spec.windowType()) {
            case COUNT -> new CountWindow(spec.windowSize());
            case TIME -> new TimeWindow(spec.windowDuration(), now);
        };
    }

    /**
     * Counts a call that neither failed nor was slow, without the lock.
     *
     * @return whether it was counted; if not, it has to be recorded under the lock
     */
    abstract boolean tryCount(long now);

    /** Whether it is worth the lock to ask {@link #findSpotless()}. */
    boolean mayBeSpotless() {
        return false;
    }

    /** Looks whether further calls that are fine need not be counted; under the lock. */
    void findSpotless() {}

    /** Counts any call; under the lock. */
    abstract Tally record(boolean failed, boolean slow, long now);

    /** Counts the call recorded last as if it had ended only now; under the lock, and with what it was recorded with. */
    abstract Tally recordAgain(boolean failed, boolean slow, long now);

    /** Looks at the window; under the lock. */
    abstract Tally tally(long now);

    final void countFine() {
        this.fine.increment();
    }

    final void countRecorded() {
        this.recorded++;
    }

    final long fine() {
        return this.fine.sum();
    }

    /** Number of the latest call. */
    final long latest() {
        return this.fine.sum() + this.recorded;
    }
}
