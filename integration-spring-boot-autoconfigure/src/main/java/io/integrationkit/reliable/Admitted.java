package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.failure.Failure;
import io.integrationkit.limit.RateLimiter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that was let in, whose result comes later. Result, time-out and cancellation may come at once, on several
 * threads: the circuit breaker is answered by the one that {@link #ends} it, and the bulkhead is left once.
 *
 * <p>A thread that begins the work may be in it for long. What ends the attempt from outside meanwhile, a time-out or a
 * cancellation, {@link #leaveOnceReturned leaves the bulkhead} when that thread has come back: it says so first and then
 * looks for the thread, which first says that it is back and then looks for what was said, and one sees the other.
 */
final class Admitted {

    private final Settled settled;

    private final long permit;

    private final long reserved;

    private final int stripe;

    private final AtomicBoolean over = new AtomicBoolean();

    private final AtomicBoolean left = new AtomicBoolean();

    private volatile @Nullable Thread inside;

    private volatile boolean overrun;

    private volatile boolean leaving;

    private long started;

    /**
     * Creates an attempt.
     *
     * @param settled what is in force for it
     * @param permit permit of the circuit breaker
     * @param reserved time of the reservation at the rate limit
     * @param stripe of its call
     */
    Admitted(Settled settled, long permit, long reserved, int stripe) {
        this.settled = settled;
        this.permit = permit;
        this.reserved = reserved;
        this.stripe = stripe;
    }

    Settled settled() {
        return this.settled;
    }

    long started() {
        return this.started;
    }

    /** The attempt begins now. */
    void starts(Call call) {
        call.timePassed();
        call.attemptStarted();
        this.started = call.nanoTime();
    }

    /**
     * Ends the attempt for whoever waits for it.
     *
     * @return whether it was not over before; then the circuit breaker must be answered
     */
    boolean ends() {
        return this.over.compareAndSet(false, true);
    }

    /** The work has really ended. */
    void leave() {
        if (this.left.compareAndSet(false, true)) {
            this.settled.admission().leave(this.stripe);
        }
    }

    /** The work is begun by this thread, which {@link #returned} from it later. */
    void entered() {
        this.inside = Thread.currentThread();
    }

    /** The thread that began the work has come back. */
    void returned() {
        this.inside = null;
        if (this.leaving) {
            leave();
        }
    }

    /** Its time is over. */
    void overrun() {
        this.overrun = true;
    }

    /** It has ended: by its work, or by its time, which is not the end of work whose thread is still inside. */
    void over() {
        if (this.overrun) {
            leaveOnceReturned();
        } else {
            leave();
        }
    }

    /** The work was told to stop; it has ended when the thread that began it is back. */
    void leaveOnceReturned() {
        this.leaving = true;
        Thread thread = this.inside;
        // A thread that tells itself is not in the work but in what the work has called.
        if (thread == null || thread == Thread.currentThread()) {
            leave();
        }
    }

    /** Nobody waits for it any more, so nothing is learnt about the callee; its work may go on. */
    void abandon() {
        if (ends()) {
            released();
        }
    }

    /** It does not begin, and has no place in the bulkhead. */
    void refused() {
        if (ends()) {
            released();
            RateLimiter limiter = this.settled.admission().limiter();
            if (limiter != null) {
                limiter.release(this.reserved);
            }
        }
    }

    /** It does not begin, and gives up its place in the bulkhead. */
    void unused() {
        refused();
        leave();
    }

    void succeeded(Call call) {
        this.settled.admission().succeeded(call, this.permit, this.started);
    }

    void failed(Call call, Failure failure) {
        this.settled.admission().failed(call, this.permit, this.started, failure);
    }

    void released() {
        this.settled.admission().released(this.permit);
    }
}
