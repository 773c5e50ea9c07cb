package io.integrationkit.reliable;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential back-off: how long to wait after the n-th attempt. */
final class BackOff {

    static final int DECORRELATED_GROWTH = 3;

    private final RetrySpec spec;

    private final RandomGenerator random;

    BackOff(RetrySpec spec, RandomGenerator random) {
        this.spec = spec;
        this.random = random;
    }

    /**
     * Draws a wait.
     *
     * @param attempt number of the attempt that failed, from 1
     * @param previousWait wait before that attempt, zero before the first
     * @return time to wait before the next attempt
     */
    Duration after(int attempt, Duration previousWait) {
        return Duration.ofNanos(
                switch (this.spec.jitter()) {
                    case NONE -> ceiling(attempt);
                    case FULL -> between(0, ceiling(attempt));
                    case EQUAL -> {
                        long ceiling = ceiling(attempt);
                        yield between(ceiling - ceiling / 2, ceiling);
                    }
                    case DECORRELATED -> decorrelated(previousWait);
                });
    }

    private long ceiling(int attempt) {
        double grown = (double) this.spec.baseDelay().toNanos() * Math.pow(this.spec.multiplier(), attempt - 1);
        // The comparison also catches infinity; a cast from double to long stays within the range of a long.
        return (long) Math.min(grown, (double) this.spec.maxDelay().toNanos());
    }

    private long decorrelated(Duration previousWait) {
        long base = this.spec.baseDelay().toNanos();
        // A callee may have asked for a wait, but never for one above the longest, so that the product cannot overflow.
        long previous = Math.max(
                base, Math.min(previousWait.toNanos(), this.spec.maxDelay().toNanos()));
        return Math.min(
                between(base, DECORRELATED_GROWTH * previous),
                this.spec.maxDelay().toNanos());
    }

    /** Draws from both ends and what lies between. */
    private long between(long least, long most) {
        return least + this.random.nextLong(most - least + 1);
    }
}
