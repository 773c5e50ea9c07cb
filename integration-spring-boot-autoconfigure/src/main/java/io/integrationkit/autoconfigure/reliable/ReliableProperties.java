package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.reliable.Jitter;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.PolicySettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of reliable calls.
 *
 * @param defaults Settings of every policy that does not say otherwise.
 * @param policies Settings by name of the policy.
 */
@ConfigurationProperties(value = "integration.reliable", ignoreUnknownFields = false)
public record ReliableProperties(
        @DefaultValue Defaults defaults, @DefaultValue Map<String, Policy> policies) {

    PolicySettings toDefaults() {
        return this.defaults.toSettings();
    }

    Map<String, PolicySettings> toPolicies() {
        Map<String, PolicySettings> settings = new LinkedHashMap<>();
        this.policies.forEach((name, policy) -> settings.put(name, policy.toSettings()));
        return settings;
    }

    /**
     * Settings of every policy that does not say otherwise.
     *
     * @param maxAttempts Most attempts of a call, the first included.
     * @param baseDelay Wait after the first attempt.
     * @param maxDelay Longest wait between two attempts; a callee that asks for more is not asked again.
     * @param multiplier Growth of the wait with each attempt.
     * @param jitter How the wait is spread, so that callers who failed together do not come back together.
     * @param maxElapsed Time since the beginning of a call after which no further attempt begins.
     * @param onExhausted What happens to a call that is given up: rethrow or dead-letter.
     * @param circuitBreaker Settings of the circuit breaker.
     */
    public record Defaults(
            @DefaultValue("3") int maxAttempts,
            @DefaultValue("100ms") Duration baseDelay,
            @DefaultValue("10s") Duration maxDelay,
            @DefaultValue("2") double multiplier,
            @DefaultValue("full") Jitter jitter,
            @Nullable Duration maxElapsed,
            @DefaultValue("rethrow") OnExhausted onExhausted,
            @DefaultValue DefaultCircuitBreaker circuitBreaker) {

        PolicySettings toSettings() {
            return new PolicySettings(
                    this.maxAttempts,
                    this.baseDelay,
                    this.maxDelay,
                    this.multiplier,
                    this.jitter,
                    this.maxElapsed,
                    this.onExhausted,
                    this.circuitBreaker.toSettings());
        }
    }

    /**
     * Settings of every circuit breaker that does not say otherwise.
     *
     * @param enabled Whether calls are refused while the callee is known to be down.
     * @param windowSize Number of latest calls that are looked at.
     * @param failureRateThreshold Percentage of failures in the window at which the circuit breaker opens.
     * @param minimumCalls Number of calls in the window below which the circuit breaker does not open.
     * @param openDuration Time for which calls are refused before the callee is probed.
     * @param halfOpenProbes Number of calls let through to probe the callee.
     */
    public record DefaultCircuitBreaker(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("100") int windowSize,
            @DefaultValue("50") int failureRateThreshold,
            @DefaultValue("20") int minimumCalls,
            @DefaultValue("10s") Duration openDuration,
            @DefaultValue("3") int halfOpenProbes) {

        PolicySettings.Breaker toSettings() {
            return new PolicySettings.Breaker(
                    this.enabled,
                    this.windowSize,
                    this.failureRateThreshold,
                    this.minimumCalls,
                    this.openDuration,
                    this.halfOpenProbes);
        }
    }

    /**
     * Settings of one policy.
     *
     * @param maxAttempts Most attempts of a call, the first included.
     * @param baseDelay Wait after the first attempt.
     * @param maxDelay Longest wait between two attempts; a callee that asks for more is not asked again.
     * @param multiplier Growth of the wait with each attempt.
     * @param jitter How the wait is spread, so that callers who failed together do not come back together.
     * @param maxElapsed Time since the beginning of a call after which no further attempt begins.
     * @param onExhausted What happens to a call that is given up: rethrow or dead-letter.
     * @param circuitBreaker Settings of the circuit breaker.
     */
    public record Policy(
            @Nullable Integer maxAttempts,
            @Nullable Duration baseDelay,
            @Nullable Duration maxDelay,
            @Nullable Double multiplier,
            @Nullable Jitter jitter,
            @Nullable Duration maxElapsed,
            @Nullable OnExhausted onExhausted,
            @DefaultValue CircuitBreaker circuitBreaker) {

        PolicySettings toSettings() {
            return new PolicySettings(
                    this.maxAttempts,
                    this.baseDelay,
                    this.maxDelay,
                    this.multiplier,
                    this.jitter,
                    this.maxElapsed,
                    this.onExhausted,
                    this.circuitBreaker.toSettings());
        }
    }

    /**
     * Settings of the circuit breaker of one policy.
     *
     * @param enabled Whether calls are refused while the callee is known to be down.
     * @param windowSize Number of latest calls that are looked at.
     * @param failureRateThreshold Percentage of failures in the window at which the circuit breaker opens.
     * @param minimumCalls Number of calls in the window below which the circuit breaker does not open.
     * @param openDuration Time for which calls are refused before the callee is probed.
     * @param halfOpenProbes Number of calls let through to probe the callee.
     */
    public record CircuitBreaker(
            @Nullable Boolean enabled,
            @Nullable Integer windowSize,
            @Nullable Integer failureRateThreshold,
            @Nullable Integer minimumCalls,
            @Nullable Duration openDuration,
            @Nullable Integer halfOpenProbes) {

        PolicySettings.Breaker toSettings() {
            return new PolicySettings.Breaker(
                    this.enabled,
                    this.windowSize,
                    this.failureRateThreshold,
                    this.minimumCalls,
                    this.openDuration,
                    this.halfOpenProbes);
        }
    }
}
