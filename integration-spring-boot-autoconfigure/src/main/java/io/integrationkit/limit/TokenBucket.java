package io.integrationkit.limit;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A token bucket kept as one point in time: when it will be full. Taking a permit moves that point away by the interval
 * between two permits, exactly: what the interval has below a nanosecond is carried.
 *
 * <p>The lock is held for a few additions; who is going to be refused asks {@link #waitAt} first, which takes none.
 *
 * <p><b>Giving back.</b> A permit that comes back must not count if the bucket would have been full with it in the
 * meantime: its refill would have run over, and two calls would begin where one may. What would have been is certain for
 * the latest takings only, those with the latest reading, so they can be undone; any other permit that comes back is
 * lost, which is the safe side.
 */
final class TokenBucket {

    /** Longest time to fill a bucket and longest wait, so that sums stay within a long. */
    private static final long LONGEST = 1L << 60;

    private final ReentrantLock lock = new ReentrantLock();

    private final long origin;

    private final int permits;

    /** The interval between two permits is {@code whole + fraction / permits} nanoseconds. */
    private final long whole;

    private final long fraction;

    private final long intervalUp;

    private final long size;

    private final long capacity;

    private final long capacityFraction;

    /** When the next single permit is free, in nanoseconds since the origin. */
    private volatile long free;

    /** Moves with each taking; who reads it unchanged knows that nothing was taken in between. */
    private volatile long takings;

    private long full;

    private long fullFraction;

    private long latest = Long.MIN_VALUE;

    /** How many of the permits that were taken with the latest reading can come back. */
    private int undoable;

    /** Whether one of them has to wait. */
    private boolean oneWaits;

    TokenBucket(RateLimitSpec spec, int size, long now) {
        this.origin = now;
        this.permits = spec.permits();
        long period = spec.period().toNanos();
        this.whole = period / this.permits;
        this.fraction = period % this.permits;
        this.intervalUp = this.whole + (this.fraction == 0 ? 0 : 1);
        this.size = Math.min(size, LONGEST / this.intervalUp);
        this.capacity = this.size * this.whole + this.size * this.fraction / this.permits;
        this.capacityFraction = this.size * this.fraction % this.permits;
        publish();
    }

    /** Nanoseconds until a permit is free; zero or less if one is. */
    long waitAt(long now) {
        return this.free - (now - this.origin);
    }

    long takings() {
        return this.takings;
    }

    ReentrantLock lock() {
        return this.lock;
    }

    /** Takes up to so many permits that are free, with the lock held; returns how many. */
    int takeFree(long now, int most) {
        long at = at(now);
        if (this.free > at) {
            return 0;
        }
        long room = this.capacity - missing(at);
        int count = (int) Math.max(1, Math.min(most, room / this.intervalUp));
        take(at, 0, count);
        return count;
    }

    /** Takes the next permit if it is free in time, with the lock held; the result is that of a reservation. */
    long takeNext(long now, long maxWaitNanos) {
        long wait = waitAt(now);
        if (wait > Math.min(LONGEST, Math.max(0, maxWaitNanos))) {
            return -wait;
        }
        wait = Math.max(0, wait);
        take(at(now), wait, 1);
        return wait;
    }

    void giveBack(long reservedAt) {
        this.lock.lock();
        try {
            if (this.undoable > 0 && reservedAt - this.origin == this.latest) {
                this.undoable--;
                move(-1);
            }
        } finally {
            this.lock.unlock();
        }
    }

    /** Permits in the bucket; less than zero while some of the future are taken. */
    double available(long now) {
        double interval = this.whole + (double) this.fraction / this.permits;
        return Math.min((double) this.size, 1 - waitAt(now) / interval);
    }

    /** A thread may come with a reading that is older than that of the thread before it. */
    private long at(long now) {
        return Math.max(this.latest, now - this.origin);
    }

    private long missing(long at) {
        return Math.max(0, this.full - at);
    }

    private void take(long at, long wait, int count) {
        long begin = at + wait;
        if (this.full < begin) {
            this.full = begin;
            this.fullFraction = 0;
        }
        move(count);
        noteForUndoing(at, wait > 0);
        long next = this.takings + 1;
        this.takings = next;
    }

    /** Takings with one reading are alike, and nobody can tell which comes back; unless one of them has to wait. */
    private void noteForUndoing(long at, boolean waits) {
        if (at != this.latest) {
            this.undoable = 1;
            this.oneWaits = waits;
            this.latest = at;
        } else if (waits || this.oneWaits) {
            this.undoable = 0;
            this.oneWaits = true;
        } else {
            this.undoable++;
        }
    }

    private void move(int count) {
        long parts = this.fullFraction + count * this.fraction;
        this.full += count * this.whole + Math.floorDiv(parts, (long) this.permits);
        this.fullFraction = Math.floorMod(parts, (long) this.permits);
        publish();
    }

    private void publish() {
        long parts = this.fullFraction + this.fraction - this.capacityFraction;
        long up = -Math.floorDiv(-parts, (long) this.permits);
        this.free = this.full + this.whole - this.capacity + up;
    }
}
