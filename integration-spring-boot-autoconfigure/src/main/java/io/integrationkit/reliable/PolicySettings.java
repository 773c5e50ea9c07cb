package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.breaker.CircuitBreakerSpec.WindowType;
import io.integrationkit.limit.RateLimitSpec.Scope;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one level of the configuration says about a policy; {@code null} where it says nothing. Not checked: a value is
 * judged together with those of the other levels. Bound as it stands, so that each level has the same keys and the
 * texts below are the descriptions of the properties.
 *
 * @param maxAttempts Most attempts of a call, the first included.
 * @param baseDelay Wait after the first attempt.
 * @param maxDelay Longest wait between two attempts; a callee that asks for more is not asked again.
 * @param multiplier Growth of the wait with each attempt.
 * @param jitter How the wait is spread, so that callers who failed together do not come back together.
 * @param maxElapsed Time since the beginning of a call after which no further attempt begins.
 * @param attemptTimeout Time after which one attempt is asked to stop.
 * @param deadline Time that a whole call may take, attempts and waits included.
 * @param onExhausted What happens to a call that is given up: rethrow or dead-letter.
 * @param retryBudget Settings of the retry budget.
 * @param circuitBreaker Settings of the circuit breaker.
 * @param rateLimit Settings of the rate limit.
 * @param bulkhead Settings of the bulkhead.
 */
public record PolicySettings(
        @Nullable Integer maxAttempts,
        @Nullable Duration baseDelay,
        @Nullable Duration maxDelay,
        @Nullable Double multiplier,
        @Nullable Jitter jitter,
        @Nullable Duration maxElapsed,
        @Nullable Duration attemptTimeout,
        @Nullable Duration deadline,
        @Nullable OnExhausted onExhausted,
        RetryBudget retryBudget,
        CircuitBreaker circuitBreaker,
        RateLimit rateLimit,
        Bulkhead bulkhead) {

    /** Settings that say nothing. */
    public static final PolicySettings NONE = of(null, null, null, null);

    /** What is in force where nobody said anything. */
    static final PolicySettings STANDARD = new PolicySettings(
            3,
            Duration.ofMillis(100),
            Duration.ofSeconds(10),
            2.0,
            Jitter.FULL,
            null,
            null,
            null,
            OnExhausted.RETHROW,
            new RetryBudget(true, 20, 10),
            new CircuitBreaker(
                    true,
                    Mode.ENFORCE,
                    WindowType.COUNT,
                    100,
                    Duration.ofSeconds(60),
                    50,
                    null,
                    100,
                    20,
                    Duration.ofSeconds(10),
                    1.0,
                    Duration.ofMinutes(10),
                    3),
            new RateLimit(0, Duration.ofSeconds(1), null, Duration.ZERO, Scope.INSTANCE),
            new Bulkhead(0, Duration.ZERO));

    // A group of which no key is set is bound as null.
    public PolicySettings {
        retryBudget = (retryBudget != null) ? retryBudget : RetryBudget.NONE;
        circuitBreaker = (circuitBreaker != null) ? circuitBreaker : CircuitBreaker.NONE;
        rateLimit = (rateLimit != null) ? rateLimit : RateLimit.NONE;
        bulkhead = (bulkhead != null) ? bulkhead : Bulkhead.NONE;
    }

    /**
     * Returns what this level says.
     *
     * @return values as users write them, by name of the setting, such as {@code circuit-breaker.window-size}
     */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (PolicyKey<?> key : PolicyKey.ALL) {
            Object value = key.in(this);
            if (value != null) {
                values.put(key.name(), Shown.of(value));
            }
        }
        return values;
    }

    /** What an annotation can say. */
    static PolicySettings of(
            @Nullable Integer maxAttempts,
            @Nullable Duration attemptTimeout,
            @Nullable Duration deadline,
            @Nullable OnExhausted onExhausted) {
        return new PolicySettings(
                maxAttempts,
                null,
                null,
                null,
                null,
                null,
                attemptTimeout,
                deadline,
                onExhausted,
                RetryBudget.NONE,
                CircuitBreaker.NONE,
                RateLimit.NONE,
                Bulkhead.NONE);
    }

    /**
     * What one level says about a retry budget; {@code null} where it says nothing.
     *
     * @param enabled Whether retries are bounded by a share of the calls.
     * @param percent Retries for each hundred calls of the latest ten seconds.
     * @param minPerSecond Retries that are allowed each second however few calls there are.
     */
    public record RetryBudget(
            @Nullable Boolean enabled,
            @Nullable Integer percent,
            @Nullable Integer minPerSecond) {

        /** Settings that say nothing. */
        public static final RetryBudget NONE = new RetryBudget(null, null, null);
    }

    /**
     * What one level says about a circuit breaker; {@code null} where it says nothing.
     *
     * @param enabled Whether calls are refused while the callee is known to be down.
     * @param mode Whether the circuit breaker refuses calls or only tells that it would: enforce or metrics-only.
     * @param windowType What is looked at: the latest calls (count) or those of the latest time (time).
     * @param windowSize Number of latest calls that are looked at; for the count window.
     * @param windowDuration Time of which the calls are looked at; for the time window.
     * @param failureRateThreshold Percentage of failures in the window at which the circuit breaker opens.
     * @param slowCallDuration Time from which on a call is slow.
     * @param slowCallRateThreshold Percentage of slow calls in the window at which the circuit breaker opens.
     * @param minimumCalls Number of calls in the window below which the circuit breaker does not open.
     * @param openDuration Time for which calls are refused before the callee is probed.
     * @param openDurationMultiplier Growth of the open duration with each probing that failed.
     * @param maxOpenDuration Longest open duration.
     * @param halfOpenProbes Number of calls let through to probe the callee.
     */
    public record CircuitBreaker(
            @Nullable Boolean enabled,
            @Nullable Mode mode,
            @Nullable WindowType windowType,
            @Nullable Integer windowSize,
            @Nullable Duration windowDuration,
            @Nullable Integer failureRateThreshold,
            @Nullable Duration slowCallDuration,
            @Nullable Integer slowCallRateThreshold,
            @Nullable Integer minimumCalls,
            @Nullable Duration openDuration,
            @Nullable Double openDurationMultiplier,
            @Nullable Duration maxOpenDuration,
            @Nullable Integer halfOpenProbes) {

        /** Settings that say nothing. */
        public static final CircuitBreaker NONE =
                new CircuitBreaker(null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    /**
     * What one level says about a rate limit; {@code null} where it says nothing.
     *
     * @param permits Number of calls that may begin in each period; 0 for no limit.
     * @param period Time for which the permits are.
     * @param burst Number of calls that may begin at once after a pause; as many as permits if not set.
     * @param maxWait Longest time a call waits for its permit; 0 refuses at once.
     * @param scope Who shares the permits: this instance of the application, or all of them (cluster).
     */
    public record RateLimit(
            @Nullable Integer permits,
            @Nullable Duration period,
            @Nullable Integer burst,
            @Nullable Duration maxWait,
            @Nullable Scope scope) {

        /** Settings that say nothing. */
        public static final RateLimit NONE = new RateLimit(null, null, null, null, null);
    }

    /**
     * What one level says about a bulkhead; {@code null} where it says nothing.
     *
     * @param maxConcurrent Most calls at once; 0 for any number.
     * @param maxWait Longest time a call waits for its turn; 0 refuses at once.
     */
    public record Bulkhead(
            @Nullable Integer maxConcurrent, @Nullable Duration maxWait) {

        /** Settings that say nothing. */
        public static final Bulkhead NONE = new Bulkhead(null, null);
    }
}
