package io.integrationkit.reliable;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Exponential back-off: how long to wait after the n-th attempt. */
final class BackOff {

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
     * @return time to wait before the next attempt
     */
    Duration after(int attempt) {
        double grown = (double) this.spec.baseDelay().toNanos() * Math.pow(this.spec.multiplier(), attempt - 1);
        // The comparison also catches infinity; a cast from double to long stays within the range of a long.
        long ceiling = (long) Math.min(grown, (double) this.spec.maxDelay().toNanos());
        return Duration.ofNanos((this.spec.jitter() == Jitter.NONE) ? ceiling : this.random.nextLong(ceiling + 1));
    }
}
