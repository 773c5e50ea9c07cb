package io.integrationkit.reliable;

import static io.integrationkit.reliable.InvalidSettingException.check;

import java.time.Duration;

/**
 * When a circuit breaker opens and how it closes again.
 *
 * @param windowSize number of latest calls that are looked at
 * @param failureRateThreshold percentage of failures in the window at which the breaker opens
 * @param minimumCalls number of calls in the window below which the breaker does not open
 * @param openDuration time for which calls are refused before the callee is probed
 * @param halfOpenProbes number of calls let through to probe the callee
 */
record CircuitBreakerSpec(
        int windowSize, int failureRateThreshold, int minimumCalls, Duration openDuration, int halfOpenProbes) {

    private static final int LARGEST_WINDOW = 100_000;

    CircuitBreakerSpec {
        check(windowSize >= 1 && windowSize <= LARGEST_WINDOW, "circuit-breaker.window-size", "from 1 to 100000");
        check(
                failureRateThreshold >= 1 && failureRateThreshold <= 100,
                "circuit-breaker.failure-rate-threshold",
                "a percentage from 1 to 100");
        check(
                minimumCalls >= 1 && minimumCalls <= windowSize,
                "circuit-breaker.minimum-calls",
                "from 1 to circuit-breaker.window-size, which is " + windowSize);
        check(
                RetrySpec.isPositive(openDuration) && openDuration.compareTo(RetrySpec.LONGEST) <= 0,
                "circuit-breaker.open-duration",
                "more than zero and at most " + Shown.of(RetrySpec.LONGEST));
        check(
                halfOpenProbes >= 1 && halfOpenProbes <= LARGEST_WINDOW,
                "circuit-breaker.half-open-probes",
                "from 1 to 100000");
    }
}
