package io.integrationkit.breaker;

import java.time.Duration;

/**
 * The calls of the latest time, in steps of a tenth of it: the tenth under way and the nine before it. What belongs to a
 * tenth is the difference between the counts at its beginning and at its end, so the counters are never set back. A call
 * that arrives with an older time than another before it counts where that one does.
 */
final class TimeWindow extends Window {

    private static final int STEPS = 10;

    private final long stepNanos;

    private final long[] callsBefore = new long[STEPS];

    private final long[] failedBefore = new long[STEPS];

    private final long[] slowBefore = new long[STEPS];

    private long failed;

    private long slow;

    /** Place of the step under way; the next place is that of the oldest one. */
    private int current;

    /** When the step under way ends. */
    private volatile long end;

    TimeWindow(Duration duration, long now) {
        this.stepNanos = duration.toNanos() / STEPS;
        this.end = now + this.stepNanos;
    }

    @Override
    boolean tryCount(long now) {
        if (now - this.end >= 0) {
            return false;
        }
        countFine();
        return true;
    }

    @Override
    Tally record(boolean failed, boolean slow, long now) {
        long calls = moveTo(now);
        countRecorded();
        this.failed += failed ? 1 : 0;
        this.slow += slow ? 1 : 0;
        return tallyOf(calls + 1);
    }

    /** Within a step it does not matter which call came first. */
    @Override
    Tally recordAgain(boolean failed, boolean slow, long now) {
        return tally(now);
    }

    @Override
    Tally tally(long now) {
        return tallyOf(moveTo(now));
    }

    private Tally tallyOf(long calls) {
        int oldest = next(this.current);
        return new Tally(
                calls - this.callsBefore[oldest],
                this.failed - this.failedBefore[oldest],
                this.slow - this.slowBefore[oldest]);
    }

    /**
     * Begins the step of that time. Returns the number of calls so far, to be counted with: a call that ends a moment
     * later with an older time belongs to the new step, and who moved the window for it came before.
     */
    private long moveTo(long now) {
        long calls = latest();
        long late = now - this.end;
        if (late < 0) {
            return calls;
        }
        long steps = late / this.stepNanos + 1;
        for (long step = 0; step < Math.min(steps, STEPS); step++) {
            this.current = next(this.current);
            this.callsBefore[this.current] = calls;
            this.failedBefore[this.current] = this.failed;
            this.slowBefore[this.current] = this.slow;
        }
        long later = this.end + steps * this.stepNanos;
        this.end = later;
        return calls;
    }

    private static int next(int step) {
        return (step + 1) % STEPS;
    }
}
