package io.integrationkit.reliable;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What one level of the configuration says about a policy; {@code null} where it says nothing. Not checked: a value is
 * judged together with those of the other levels.
 *
 * @param maxAttempts most attempts, the first included
 * @param baseDelay wait after the first attempt
 * @param maxDelay longest wait between two attempts
 * @param multiplier growth of the wait with each attempt
 * @param jitter how the wait is spread
 * @param maxElapsed time since the beginning of the call after which no further attempt begins
 * @param onExhausted what happens to a call that is given up
 * @param circuitBreaker settings of the circuit breaker
 */
public record PolicySettings(
        @Nullable Integer maxAttempts,
        @Nullable Duration baseDelay,
        @Nullable Duration maxDelay,
        @Nullable Double multiplier,
        @Nullable Jitter jitter,
        @Nullable Duration maxElapsed,
        @Nullable OnExhausted onExhausted,
        Breaker circuitBreaker) {

    /** Settings that say nothing. */
    public static final PolicySettings NONE =
            new PolicySettings(null, null, null, null, null, null, null, Breaker.NONE);

    /**
     * What one level of the configuration says about a circuit breaker; {@code null} where it says nothing.
     *
     * @param enabled whether there is a circuit breaker
     * @param windowSize number of latest calls that are looked at
     * @param failureRateThreshold percentage of failures at which the breaker opens
     * @param minimumCalls number of calls below which the breaker does not open
     * @param openDuration time for which calls are refused before the callee is probed
     * @param halfOpenProbes number of calls let through to probe the callee
     */
    public record Breaker(
            @Nullable Boolean enabled,
            @Nullable Integer windowSize,
            @Nullable Integer failureRateThreshold,
            @Nullable Integer minimumCalls,
            @Nullable Duration openDuration,
            @Nullable Integer halfOpenProbes) {

        /** Settings that say nothing. */
        public static final Breaker NONE = new Breaker(null, null, null, null, null, null);
    }
}
