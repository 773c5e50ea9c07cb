package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.failure.Failure;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt has to pass before it runs, in this order: circuit breaker, rate limit, bulkhead. Each is
 * {@code null} where the policy has none. An attempt that was let in must be answered by exactly one of
 * {@link #succeeded}, {@link #failed} and {@link #released}, and one that ended must leave the bulkhead. Safe for use
 * by any number of threads.
 *
 * @param breaker the circuit breaker
 * @param limiter the rate limit
 * @param bulkhead the bulkhead
 */
record Admission(
        @Nullable CircuitBreaker breaker,
        @Nullable RateLimiter limiter,
        @Nullable Bulkhead bulkhead) {

    /** Answer of {@link #askBreaker} to an attempt that may not pass. */
    static final long REFUSED = CircuitBreaker.REFUSED;

    private static final long NO_BREAKER = 0;

    /**
     * Asks the circuit breaker.
     *
     * @return its permit, or {@link #REFUSED}
     */
    long askBreaker(Call call) {
        CircuitBreaker asked = this.breaker;
        return (asked != null) ? asked.tryAcquire(call.nanoTime()) : NO_BREAKER;
    }

    /** The attempt ended well. */
    void succeeded(Call call, long permit, long started) {
        CircuitBreaker told = this.breaker;
        if (told != null) {
            long now = call.nanoTime();
            told.succeeded(permit, now - started, now);
        }
    }

    /** The attempt failed. */
    void failed(Call call, long permit, long started, Failure failure) {
        CircuitBreaker told = this.breaker;
        if (told == null) {
            return;
        }
        long now = call.nanoTime();
        switch (failure.category()) {
            case TEMPORARY -> told.failed(permit, now - started, now);
            // The callee is there and has judged the call.
            case PERMANENT, VALIDATION -> told.succeeded(permit, now - started, now);
            case RATE_LIMIT, REJECTED -> told.released(permit);
        }
    }

    /** Nothing was learnt about the callee. */
    void released(long permit) {
        if (this.breaker != null) {
            this.breaker.released(permit);
        }
    }

    /**
     * The work of an attempt that was let in has really ended.
     *
     * @param stripe of its call
     */
    void leave(int stripe) {
        if (this.bulkhead != null) {
            this.bulkhead.leave(stripe);
        }
    }
}
