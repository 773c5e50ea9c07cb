package io.integrationkit.limit;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the retries beside the calls: in any ten seconds no more retries than the configured share of the calls of
 * those ten seconds, plus the floor. Safe for use by any number of threads; never waits for time to pass.
 *
 * <p><b>Protocol.</b> Time is cut into seconds. A call adds one to the number of its second in its stripe's home cell:
 * one write that no other core wants. Each number carries its second in its upper half, so a place in the ring that is
 * eleven seconds old starts again at one, without anybody sweeping. A retry, which is rare, adds up the cells under a
 * lock, so that two of them cannot spend the same budget. Both roundings are to the safe side: calls count for nine to
 * ten seconds, retries for ten to eleven.
 */
public final class RetryBudget {

    private static final long SECOND = 1_000_000_000L;

    private static final int WINDOW = 10;

    /** Seconds kept: the window of the retries, and room for threads whose reading is a little old. */
    private static final int RING = 16;

    private static final long COUNT = 0xFFFF_FFFFL;

    private final ReentrantLock lock = new ReentrantLock();

    private final long origin;

    private final PaddedCells calls = new PaddedCells(PaddedCells.forThisMachine(), RING);

    private final PaddedCells retries = new PaddedCells(1, RING);

    private volatile RetryBudgetSpec spec;

    /** The latest second of a retry; a thread whose reading is older must not overlook what was taken since. */
    private long latest;

    private volatile long refused;

    /**
     * Creates a budget without calls; the floor may be used up at once.
     *
     * @param spec the settings
     * @param now monotonic nanoseconds
     */
    public RetryBudget(RetryBudgetSpec spec, long now) {
        this.spec = spec;
        this.origin = now;
    }

    /**
     * Records a call, the first attempt of it.
     *
     * @param stripe any number; callers that run at once should have different ones, consecutive ones at best
     * @param now monotonic nanoseconds; may overflow
     */
    public void called(int stripe, long now) {
        add(this.calls, PaddedCells.home(stripe, this.calls.count()), second(now));
    }

    /**
     * Takes a retry from the budget.
     *
     * @param now monotonic nanoseconds
     * @return whether the retry may be made; if not, nothing is taken
     */
    public boolean tryRetry(long now) {
        this.lock.lock();
        try {
            long second = Math.max(this.latest, second(now));
            this.latest = second;
            if (left(second) < 1) {
                long refusals = this.refused + 1;
                this.refused = refusals;
                return false;
            }
            add(this.retries, 0, second);
            return true;
        } finally {
            this.lock.unlock();
        }
    }

    /**
     * Changes the settings at once; what was recorded stays.
     *
     * @param spec the new settings
     */
    public void change(RetryBudgetSpec spec) {
        this.spec = spec;
    }

    /**
     * Returns what is in force.
     *
     * @return the settings
     */
    public RetryBudgetSpec spec() {
        return this.spec;
    }

    /**
     * Returns how many retries could be made now.
     *
     * @param now monotonic nanoseconds
     * @return the retries left
     */
    public double available(long now) {
        return Math.max(0, left(second(now)));
    }

    /**
     * Returns how many retries it refused.
     *
     * @return number of retries, since the budget was created
     */
    public long refused() {
        return this.refused;
    }

    private long left(long second) {
        RetryBudgetSpec current = this.spec;
        long called = sum(this.calls, second, WINDOW);
        long retried = sum(this.retries, second, WINDOW + 1);
        return called * current.percent() / 100 + (long) current.minPerSecond() * WINDOW - retried;
    }

    private long second(long now) {
        return Math.max(0, now - this.origin) / SECOND;
    }

    private static void add(PaddedCells cells, int cell, long second) {
        int slot = (int) (second % RING);
        long stamp = second << 32;
        long before;
        long after;
        do {
            before = cells.get(cell, slot);
            if (before >>> 32 > second) {
                return;
            }
            after = (before & ~COUNT) == stamp ? before + 1 : stamp + 1;
        } while (!cells.replace(cell, slot, before, after));
    }

    private static long sum(PaddedCells cells, long second, int window) {
        long sum = 0;
        for (long past = Math.max(0, second - window + 1); past <= second; past++) {
            for (int cell = 0; cell < cells.count(); cell++) {
                long number = cells.get(cell, (int) (past % RING));
                sum += (number >>> 32 == past) ? number & COUNT : 0;
            }
        }
        return sum;
    }
}
