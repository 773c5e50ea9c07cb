package io.integrationkit.test;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** What is wrong with one direction of a proxy's line, and what it carried. */
final class LineState {

    private static final long UNLIMITED = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = this.lock.newCondition();

    private final AtomicLong carried = new AtomicLong();

    private volatile boolean stalled;

    private volatile long delayNanos;

    private volatile long bytesPerSecond = UNLIMITED;

    /** Guarded by the lock. */
    private long wakes;

    void stall() {
        this.stalled = true;
    }

    void delay(long nanos) {
        this.delayNanos = nanos;
    }

    void throttle(long limit) {
        this.bytesPerSecond = limit;
    }

    void heal() {
        this.stalled = false;
        this.delayNanos = 0;
        this.bytesPerSecond = UNLIMITED;
        wake();
    }

    /** Lets those that wait look again. */
    void wake() {
        this.lock.lock();
        try {
            this.wakes++;
            this.changed.signalAll();
        } finally {
            this.lock.unlock();
        }
    }

    boolean stalled() {
        return this.stalled;
    }

    long delayNanos() {
        return this.delayNanos;
    }

    /** How long that many bytes take. */
    long nanosFor(int bytes) {
        long limit = this.bytesPerSecond;
        return (limit == UNLIMITED) ? 0 : (long) (bytes * 1e9 / limit);
    }

    /** How many bytes to write at once, so that a slow line is slow and not merely jerky. */
    int slice(int bytes) {
        long limit = this.bytesPerSecond;
        return (limit == UNLIMITED) ? bytes : (int) Math.min(bytes, Math.max(1, limit / 20));
    }

    void carried(int bytes) {
        this.carried.addAndGet(bytes);
    }

    long carried() {
        return this.carried.get();
    }

    /** Waits until somebody wakes those that wait, or that long. */
    void await(long nanos) throws InterruptedException {
        this.lock.lock();
        try {
            long before = this.wakes;
            long left = nanos;
            while (this.wakes == before && left > 0) {
                left = this.changed.awaitNanos(left);
            }
        } finally {
            this.lock.unlock();
        }
    }
}
