package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import java.time.Duration;

/**
 * The claim of a job while it is run: until when, by the monotonic clock of this machine counted from before it was asked
 * for, and whether it is to be run on. Asked by the thread that runs the job, renewed by that and another.
 */
final class Holding {

    private final ReplayJobStore store;

    private final JobClaim claim;

    private final TimeSource time;

    private final Duration lease;

    private volatile long until;

    private volatile long saved;

    private volatile boolean stopping;

    private volatile Standing standing = Standing.HELD;

    /** Begins with a claim that was asked for at a time. */
    Holding(ReplayJobStore store, JobClaim claim, TimeSource time, Duration lease, long asked) {
        this.store = store;
        this.claim = claim;
        this.time = time;
        this.lease = lease;
        this.until = asked + lease.toNanos();
        this.saved = asked;
    }

    JobClaim claim() {
        return this.claim;
    }

    /** Asks the thread that runs the job to leave it to others. */
    void stop() {
        this.stopping = true;
    }

    /** Whether the next entry may be replayed. */
    boolean goesOn() {
        return !this.stopping && this.standing == Standing.HELD && this.until - this.time.nanoTime() > 0;
    }

    boolean cancelled() {
        return this.standing == Standing.CANCELLED;
    }

    /** Whether the progress should be written again. */
    boolean saveIsDue() {
        return this.time.nanoTime() - this.saved
                >= Math.min(Duration.ofSeconds(1).toNanos(), this.lease.toNanos() / 3);
    }

    void save(ReplayProgress progress) {
        long asked = this.time.nanoTime();
        held(this.store.save(this.claim, progress, this.lease), asked);
        this.saved = asked;
    }

    /** Called by another thread while an entry takes its time. */
    void renew() {
        long asked = this.time.nanoTime();
        held(this.store.renew(this.claim, this.lease), asked);
    }

    private synchronized void held(Standing answer, long asked) {
        if (answer == Standing.HELD) {
            long end = asked + this.lease.toNanos();
            this.until = (end - this.until > 0) ? end : this.until;
        } else {
            this.standing = answer;
        }
    }
}
