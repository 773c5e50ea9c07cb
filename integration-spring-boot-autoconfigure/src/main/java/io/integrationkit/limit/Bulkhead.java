package io.integrationkit.limit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds how many calls run at once. Safe for use by any number of threads, virtual ones too: nothing blocks while it
 * holds a monitor.
 *
 * <p><b>Waiting.</b> Who waits stands in a queue and gets its turn in the order of arrival. A permit is given to a waiter
 * by one atomic step of that waiter, {@code WAITING} to {@code GRANTED}; time-out, interrupt and {@link Waiter#cancel}
 * try the step to {@code CANCELLED}. One of the two wins: a permit is never both given and given up. Nobody is
 * overlooked: who leaves first frees the place and then looks whether somebody waits, who begins to wait first enters
 * the queue and then looks whether a place is free, and one of them sees the other.
 */
public final class Bulkhead {

    private final Places places;

    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by the lock. */
    private final WaiterQueue queue = new WaiterQueue();

    private volatile BulkheadSpec spec;

    /**
     * Creates an empty bulkhead.
     *
     * @param spec the settings; the longest wait is for the callers, who say how long they wait
     */
    public Bulkhead(BulkheadSpec spec) {
        this(spec, PaddedCells.forThisMachine());
    }

    Bulkhead(BulkheadSpec spec, int mostCells) {
        this.spec = spec;
        this.places = new Places(spec.maxConcurrent(), mostCells);
    }

    /**
     * Enters if there is a place. Does not look at who waits.
     *
     * @return whether the call may run; then {@link #leave} must be called when it has ended
     */
    public boolean tryEnter() {
        return tryEnter(PaddedCells.stripeOfThread());
    }

    /**
     * Enters if there is a place, faster where many threads do so. Does not look at who waits.
     *
     * @param stripe any number; callers that run at once should have different ones, consecutive ones at best
     * @return whether the call may run; then {@link #leave(int)} must be called when it has ended
     */
    public boolean tryEnter(int stripe) {
        return this.places.take(stripe);
    }

    /**
     * Enters, waiting for a place behind those who wait already.
     *
     * @param maxWaitNanos longest time to wait; zero or less does not wait
     * @return whether the call may run; then {@link #leave} must be called when it has ended
     * @throws InterruptedException if the thread was interrupted while it waited; nothing was entered
     */
    public boolean enter(long maxWaitNanos) throws InterruptedException {
        if (maxWaitNanos <= 0 || this.queue.isEmpty()) {
            if (tryEnter()) {
                return true;
            }
            if (maxWaitNanos <= 0) {
                return false;
            }
        }
        Waiter.Blocking waiter = new Waiter.Blocking(this);
        add(waiter);
        try {
            return waiter.await(maxWaitNanos, TimeUnit.NANOSECONDS) || !waiter.cancel();
        } catch (InterruptedException ex) {
            if (!waiter.cancel()) {
                leave();
            }
            throw ex;
        }
    }

    /**
     * Waits for a place without a thread.
     *
     * @param entered runs once, when a place was given, on the thread that gave it, which may be the caller's before
     *     this method returns; must be short and must not block or throw. {@link #leave} must be called when the call
     *     has ended
     * @return cancels the waiting
     */
    public Waiter enterLater(Runnable entered) {
        Waiter waiter = new Waiter.Later(this, entered);
        add(waiter);
        return waiter;
    }

    /**
     * Gives the place back, when the work has really ended; exactly once for each successful enter.
     *
     * @throws IllegalStateException if nobody is inside; the number of places stays as it is
     */
    public void leave() {
        leave(PaddedCells.stripeOfThread());
    }

    /**
     * Gives the place back as {@link #leave()} does, faster with the number by which it was entered.
     *
     * @param stripe any number
     * @throws IllegalStateException if nobody is inside; the number of places stays as it is
     */
    public void leave(int stripe) {
        this.places.giveBack(stripe);
        if (!this.queue.isEmpty()) {
            admit();
        }
    }

    /**
     * Changes the settings at once. If there are fewer places than running calls, those run to their end and nobody
     * enters until enough have left.
     *
     * @param spec the new settings
     */
    public void change(BulkheadSpec spec) {
        this.lock.lock();
        try {
            this.places.change(spec.maxConcurrent());
            this.spec = spec;
        } finally {
            this.lock.unlock();
        }
        admit();
    }

    /**
     * Returns how many calls are inside.
     *
     * @return the running calls; approximate while calls enter and leave
     */
    public int running() {
        return this.places.taken();
    }

    /**
     * Returns how many calls wait for a place.
     *
     * @return the waiting calls
     */
    public int waiting() {
        return this.queue.size();
    }

    /**
     * Returns what is in force.
     *
     * @return the settings
     */
    public BulkheadSpec spec() {
        return this.spec;
    }

    private void add(Waiter waiter) {
        this.lock.lock();
        try {
            this.queue.add(waiter);
        } finally {
            this.lock.unlock();
        }
        admit();
    }

    /** Gives free places to those who wait, the oldest first. */
    private void admit() {
        while (true) {
            Waiter admitted;
            this.lock.lock();
            try {
                if (this.queue.isEmpty() || !this.places.take(PaddedCells.stripeOfThread())) {
                    return;
                }
                admitted = this.queue.grantFirst();
                if (admitted == null) {
                    this.places.giveBack(PaddedCells.stripeOfThread());
                    return;
                }
            } finally {
                this.lock.unlock();
            }
            admitted.granted();
        }
    }

    /** Takes a waiter that was cancelled out of the queue. */
    void forget(Waiter waiter) {
        this.lock.lock();
        try {
            this.queue.remove(waiter);
        } finally {
            this.lock.unlock();
        }
    }
}
