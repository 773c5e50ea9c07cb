package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.breaker.CircuitBreakerSpec.WindowType;
import io.integrationkit.limit.RateLimitSpec.Scope;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a policy: its name below {@code integration.reliable.policies.<name>} and where it stands in
 * {@link PolicySettings}.
 *
 * @param name last part of the configuration key
 * @param get reads it from a level; {@code null} where that says nothing
 * @param <T> type of its value
 */
record PolicyKey<T>(String name, Function<PolicySettings, @Nullable T> get) {

    static final PolicyKey<Integer> MAX_ATTEMPTS = new PolicyKey<>("max-attempts", PolicySettings::maxAttempts);

    static final PolicyKey<Duration> BASE_DELAY = new PolicyKey<>("base-delay", PolicySettings::baseDelay);

    static final PolicyKey<Duration> MAX_DELAY = new PolicyKey<>("max-delay", PolicySettings::maxDelay);

    static final PolicyKey<Double> MULTIPLIER = new PolicyKey<>("multiplier", PolicySettings::multiplier);

    static final PolicyKey<Jitter> JITTER = new PolicyKey<>("jitter", PolicySettings::jitter);

    static final PolicyKey<Duration> MAX_ELAPSED = new PolicyKey<>("max-elapsed", PolicySettings::maxElapsed);

    static final PolicyKey<Duration> ATTEMPT_TIMEOUT =
            new PolicyKey<>("attempt-timeout", PolicySettings::attemptTimeout);

    static final PolicyKey<Duration> DEADLINE = new PolicyKey<>("deadline", PolicySettings::deadline);

    static final PolicyKey<OnExhausted> ON_EXHAUSTED = new PolicyKey<>("on-exhausted", PolicySettings::onExhausted);

    static final PolicyKey<Boolean> BUDGET_ENABLED = budget("enabled", PolicySettings.RetryBudget::enabled);

    static final PolicyKey<Integer> BUDGET_PERCENT = budget("percent", PolicySettings.RetryBudget::percent);

    static final PolicyKey<Integer> BUDGET_MIN_PER_SECOND =
            budget("min-per-second", PolicySettings.RetryBudget::minPerSecond);

    static final PolicyKey<Boolean> BREAKER_ENABLED = breaker("enabled", PolicySettings.CircuitBreaker::enabled);

    static final PolicyKey<Mode> BREAKER_MODE = breaker("mode", PolicySettings.CircuitBreaker::mode);

    static final PolicyKey<WindowType> WINDOW_TYPE = breaker("window-type", PolicySettings.CircuitBreaker::windowType);

    static final PolicyKey<Integer> WINDOW_SIZE = breaker("window-size", PolicySettings.CircuitBreaker::windowSize);

    static final PolicyKey<Duration> WINDOW_DURATION =
            breaker("window-duration", PolicySettings.CircuitBreaker::windowDuration);

    static final PolicyKey<Integer> FAILURE_RATE_THRESHOLD =
            breaker("failure-rate-threshold", PolicySettings.CircuitBreaker::failureRateThreshold);

    static final PolicyKey<Duration> SLOW_CALL_DURATION =
            breaker("slow-call-duration", PolicySettings.CircuitBreaker::slowCallDuration);

    static final PolicyKey<Integer> SLOW_CALL_RATE_THRESHOLD =
            breaker("slow-call-rate-threshold", PolicySettings.CircuitBreaker::slowCallRateThreshold);

    static final PolicyKey<Integer> MINIMUM_CALLS =
            breaker("minimum-calls", PolicySettings.CircuitBreaker::minimumCalls);

    static final PolicyKey<Duration> OPEN_DURATION =
            breaker("open-duration", PolicySettings.CircuitBreaker::openDuration);

    static final PolicyKey<Double> OPEN_DURATION_MULTIPLIER =
            breaker("open-duration-multiplier", PolicySettings.CircuitBreaker::openDurationMultiplier);

    static final PolicyKey<Duration> MAX_OPEN_DURATION =
            breaker("max-open-duration", PolicySettings.CircuitBreaker::maxOpenDuration);

    static final PolicyKey<Integer> HALF_OPEN_PROBES =
            breaker("half-open-probes", PolicySettings.CircuitBreaker::halfOpenProbes);

    static final PolicyKey<Integer> PERMITS = rateLimit("permits", PolicySettings.RateLimit::permits);

    static final PolicyKey<Duration> PERIOD = rateLimit("period", PolicySettings.RateLimit::period);

    static final PolicyKey<Integer> BURST = rateLimit("burst", PolicySettings.RateLimit::burst);

    static final PolicyKey<Duration> RATE_MAX_WAIT = rateLimit("max-wait", PolicySettings.RateLimit::maxWait);

    static final PolicyKey<Scope> SCOPE = rateLimit("scope", PolicySettings.RateLimit::scope);

    static final PolicyKey<Integer> MAX_CONCURRENT = bulkhead("max-concurrent", PolicySettings.Bulkhead::maxConcurrent);

    static final PolicyKey<Duration> BULKHEAD_MAX_WAIT = bulkhead("max-wait", PolicySettings.Bulkhead::maxWait);

    /** All keys, in the order in which they are shown. */
    static final List<PolicyKey<?>> ALL = List.of(
            MAX_ATTEMPTS,
            BASE_DELAY,
            MAX_DELAY,
            MULTIPLIER,
            JITTER,
            MAX_ELAPSED,
            ATTEMPT_TIMEOUT,
            DEADLINE,
            ON_EXHAUSTED,
            BUDGET_ENABLED,
            BUDGET_PERCENT,
            BUDGET_MIN_PER_SECOND,
            BREAKER_ENABLED,
            BREAKER_MODE,
            WINDOW_TYPE,
            WINDOW_SIZE,
            WINDOW_DURATION,
            FAILURE_RATE_THRESHOLD,
            SLOW_CALL_DURATION,
            SLOW_CALL_RATE_THRESHOLD,
            MINIMUM_CALLS,
            OPEN_DURATION,
            OPEN_DURATION_MULTIPLIER,
            MAX_OPEN_DURATION,
            HALF_OPEN_PROBES,
            PERMITS,
            PERIOD,
            BURST,
            RATE_MAX_WAIT,
            SCOPE,
            MAX_CONCURRENT,
            BULKHEAD_MAX_WAIT);

    /**
     * Reads the value of one level.
     *
     * @param settings the level
     * @return the value, or {@code null} if the level says nothing
     */
    @Nullable
    T in(PolicySettings settings) {
        return this.get.apply(settings);
    }

    private static <T> PolicyKey<T> budget(String name, Function<PolicySettings.RetryBudget, @Nullable T> get) {
        return new PolicyKey<>("retry-budget." + name, (settings) -> get.apply(settings.retryBudget()));
    }

    private static <T> PolicyKey<T> breaker(String name, Function<PolicySettings.CircuitBreaker, @Nullable T> get) {
        return new PolicyKey<>("circuit-breaker." + name, (settings) -> get.apply(settings.circuitBreaker()));
    }

    private static <T> PolicyKey<T> rateLimit(String name, Function<PolicySettings.RateLimit, @Nullable T> get) {
        return new PolicyKey<>("rate-limit." + name, (settings) -> get.apply(settings.rateLimit()));
    }

    private static <T> PolicyKey<T> bulkhead(String name, Function<PolicySettings.Bulkhead, @Nullable T> get) {
        return new PolicyKey<>("bulkhead." + name, (settings) -> get.apply(settings.bulkhead()));
    }
}
