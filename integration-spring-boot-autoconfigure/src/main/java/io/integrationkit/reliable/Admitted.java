package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.failure.Failure;
import io.integrationkit.limit.RateLimiter;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An attempt that was let in, whose result comes later. Result, time-out and cancellation may come at once, on several
 * threads: the circuit breaker is answered by the one that {@link #ends} it, and the bulkhead is left once.
 */
final class Admitted {

    private final Settled settled;

    private final long permit;

    private final long reserved;

    private final AtomicBoolean over = new AtomicBoolean();

    private final AtomicBoolean left = new AtomicBoolean();

    private long started;

    /**
     * Creates an attempt.
     *
     * @param settled what is in force for it
     * @param permit permit of the circuit breaker
     * @param reserved time of the reservation at the rate limit
     */
    Admitted(Settled settled, long permit, long reserved) {
        this.settled = settled;
        this.permit = permit;
        this.reserved = reserved;
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
            this.settled.admission().leave();
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
