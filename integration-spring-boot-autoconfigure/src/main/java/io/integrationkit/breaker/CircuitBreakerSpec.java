package io.integrationkit.breaker;

import static io.integrationkit.failure.InvalidSettingException.check;
import static io.integrationkit.failure.InvalidSettingException.checkDuration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a circuit breaker opens and how it closes again.
 *
 * @param mode whether it refuses calls or only tells that it would
 * @param windowType what the window holds: the latest calls, or those of the latest time
 * @param windowSize number of latest calls that are looked at; for {@link WindowType#COUNT}
 * @param windowDuration time of which the calls are looked at; for {@link WindowType#TIME}
 * @param failureRateThreshold percentage of failures in the window at which the breaker opens
 * @param slowCallDuration time from which on a call is slow, or {@code null} if none is
 * @param slowCallRateThreshold percentage of slow calls in the window at which the breaker opens
 * @param minimumCalls number of calls in the window below which the breaker does not open
 * @param openDuration time for which calls are refused before the callee is probed
 * @param openDurationMultiplier growth of that time with each probing that failed, 1 for none
 * @param maxOpenDuration longest such time
 * @param halfOpenProbes number of calls let through to probe the callee
 */
public record CircuitBreakerSpec(
        Mode mode,
        WindowType windowType,
        int windowSize,
        Duration windowDuration,
        int failureRateThreshold,
        @Nullable Duration slowCallDuration,
        int slowCallRateThreshold,
        int minimumCalls,
        Duration openDuration,
        double openDurationMultiplier,
        Duration maxOpenDuration,
        int halfOpenProbes) {

    private static final int LARGEST_WINDOW = 100_000;

    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);

    private static final double LARGEST_MULTIPLIER = 1000;

    public CircuitBreakerSpec {
        check(windowSize >= 1 && windowSize <= LARGEST_WINDOW, "circuit-breaker.window-size", "from 1 to 100000");
        check(
                windowDuration.compareTo(Duration.ofSeconds(1)) >= 0 && windowDuration.compareTo(LONGEST_WINDOW) <= 0,
                "circuit-breaker.window-duration",
                "from 1s to 1h");
        checkPercentage(failureRateThreshold, "circuit-breaker.failure-rate-threshold");
        if (slowCallDuration != null) {
            checkDuration(slowCallDuration, "circuit-breaker.slow-call-duration");
        }
        checkPercentage(slowCallRateThreshold, "circuit-breaker.slow-call-rate-threshold");
        if (windowType == WindowType.COUNT) {
            check(
                    minimumCalls >= 1 && minimumCalls <= windowSize,
                    "circuit-breaker.minimum-calls",
                    "from 1 to circuit-breaker.window-size, which is " + windowSize);
        } else {
            check(minimumCalls >= 1, "circuit-breaker.minimum-calls", "at least 1");
        }
        checkDuration(openDuration, "circuit-breaker.open-duration");
        check(
                openDurationMultiplier >= 1 && openDurationMultiplier <= LARGEST_MULTIPLIER,
                "circuit-breaker.open-duration-multiplier",
                "a number from 1 to 1000");
        checkDuration(maxOpenDuration, "circuit-breaker.max-open-duration");
        check(
                openDurationMultiplier == 1 || openDuration.compareTo(maxOpenDuration) <= 0,
                "circuit-breaker.max-open-duration",
                "at least circuit-breaker.open-duration, which is " + openDuration.toMillis() + "ms");
        check(
                halfOpenProbes >= 1 && halfOpenProbes <= LARGEST_WINDOW,
                "circuit-breaker.half-open-probes",
                "from 1 to 100000");
    }

    private static void checkPercentage(int value, String setting) {
        check(value >= 1 && value <= 100, setting, "a percentage from 1 to 100");
    }

    /** Whether one of the two rates is at its threshold. */
    boolean isReachedBy(Tally tally) {
        return isReached(this.failureRateThreshold, tally.failed(), tally.calls())
                || (this.slowCallDuration != null
                        && isReached(this.slowCallRateThreshold, tally.slow(), tally.calls()));
    }

    private static boolean isReached(int threshold, long part, long calls) {
        return part * 100 >= threshold * calls;
    }

    /** Whether other settings look at the same calls. */
    boolean hasWindowOf(CircuitBreakerSpec other) {
        return this.windowType == other.windowType
                && switch (this.windowType) {
                    case COUNT -> this.windowSize == other.windowSize;
                    case TIME -> this.windowDuration.equals(other.windowDuration);
                };
    }

    /** What a circuit breaker does when it opens. */
    public enum Mode {
        /** Calls are refused. */
        ENFORCE,
        /** Calls pass; state, log lines and meters tell what would have happened. */
        METRICS_ONLY
    }

    /** What the window of a circuit breaker holds. */
    public enum WindowType {
        /** The latest calls. */
        COUNT,
        /** The calls of the latest time. */
        TIME
    }
}
