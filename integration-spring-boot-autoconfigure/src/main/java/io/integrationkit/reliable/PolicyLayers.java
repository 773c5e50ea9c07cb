package io.integrationkit.reliable;

import static io.integrationkit.failure.InvalidSettingException.check;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.limit.BulkheadSpec;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RetryBudgetSpec;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Lays the levels of the configuration over each other, and remembers of each value where it came from. */
final class PolicyLayers {

    private static final int LEVELS_FOR_ALL_POLICIES = 2;

    static final String DEFAULTS = "integration.reliable.defaults.";

    private final String name;

    private final List<PolicyLayer> layers;

    private final Map<String, Setting> chosen = new LinkedHashMap<>();

    /**
     * Creates the layers.
     *
     * @param name name of the policy
     * @param layers the levels, the one that wins first; the last two are for
     *     all policies and say everything that has a default
     */
    PolicyLayers(String name, List<PolicyLayer> layers) {
        this.name = name;
        this.layers = layers;
    }

    /**
     * Settles the values.
     *
     * @param subject what the values are for, as an error names it
     * @return what is in force
     * @throws InvalidOperationException if a value cannot work
     */
    Policy resolve(String subject) {
        this.chosen.clear();
        try {
            Policy policy = new Policy(
                    this.name,
                    retry(),
                    find(PolicyKey.ATTEMPT_TIMEOUT),
                    find(PolicyKey.DEADLINE),
                    choose(PolicyKey.ON_EXHAUSTED),
                    retryBudget(),
                    circuitBreaker(),
                    rateLimit(),
                    bulkhead(),
                    List.copyOf(this.chosen.values()));
            requireTimeForAnAttempt(subject, policy);
            return policy;
        } catch (InvalidSettingException ex) {
            throw invalid(subject, ex);
        }
    }

    private RetrySpec retry() {
        return new RetrySpec(
                choose(PolicyKey.MAX_ATTEMPTS),
                choose(PolicyKey.BASE_DELAY),
                choose(PolicyKey.MAX_DELAY),
                choose(PolicyKey.MULTIPLIER),
                choose(PolicyKey.JITTER),
                find(PolicyKey.MAX_ELAPSED));
    }

    private @Nullable RetryBudgetSpec retryBudget() {
        if (!choose(PolicyKey.BUDGET_ENABLED)) {
            return null;
        }
        return new RetryBudgetSpec(choose(PolicyKey.BUDGET_PERCENT), choose(PolicyKey.BUDGET_MIN_PER_SECOND));
    }

    private @Nullable CircuitBreakerSpec circuitBreaker() {
        if (!choose(PolicyKey.BREAKER_ENABLED)) {
            return null;
        }
        return new CircuitBreakerSpec(
                choose(PolicyKey.BREAKER_MODE),
                choose(PolicyKey.WINDOW_TYPE),
                choose(PolicyKey.WINDOW_SIZE),
                choose(PolicyKey.WINDOW_DURATION),
                choose(PolicyKey.FAILURE_RATE_THRESHOLD),
                find(PolicyKey.SLOW_CALL_DURATION),
                choose(PolicyKey.SLOW_CALL_RATE_THRESHOLD),
                choose(PolicyKey.MINIMUM_CALLS),
                choose(PolicyKey.OPEN_DURATION),
                choose(PolicyKey.OPEN_DURATION_MULTIPLIER),
                choose(PolicyKey.MAX_OPEN_DURATION),
                choose(PolicyKey.HALF_OPEN_PROBES));
    }

    private @Nullable RateLimitSpec rateLimit() {
        int permits = choose(PolicyKey.PERMITS);
        check(permits >= 0, PolicyKey.PERMITS.name(), "zero for no limit, or more");
        if (permits == 0) {
            refuseWithoutPermits(PolicyKey.PERIOD);
            refuseWithoutPermits(PolicyKey.BURST);
            return null;
        }
        Integer burst = find(PolicyKey.BURST);
        if (burst == null) {
            burst = permits;
            show(PolicyKey.BURST.name(), permits, "as many as " + PolicyKey.PERMITS.name());
        }
        return new RateLimitSpec(
                permits, choose(PolicyKey.PERIOD), burst, choose(PolicyKey.RATE_MAX_WAIT), choose(PolicyKey.SCOPE));
    }

    /** Defaults may say how policies with a rate limit count, and a policy may be told to have none. */
    private void refuseWithoutPermits(PolicyKey<?> key) {
        if (saysForThisPolicy(key) && !saysForThisPolicy(PolicyKey.PERMITS)) {
            find(key);
            check(false, key.name(), "left out, or beside a " + PolicyKey.PERMITS.name() + " of at least 1");
        }
    }

    private boolean saysForThisPolicy(PolicyKey<?> key) {
        return this.layers.subList(0, this.layers.size() - LEVELS_FOR_ALL_POLICIES).stream()
                .anyMatch((layer) -> layer.get(key) != null);
    }

    private void requireTimeForAnAttempt(String subject, Policy policy) {
        Duration attempt = policy.attemptTimeout();
        Duration deadline = policy.deadline();
        if (attempt != null && deadline != null && attempt.compareTo(deadline) > 0) {
            Setting setting = chosen(PolicyKey.DEADLINE.name());
            Setting longer = chosen(PolicyKey.ATTEMPT_TIMEOUT.name());
            throw new InvalidOperationException(
                    ProblemCode.DEADLINE_TOO_SHORT,
                    "deadline of %s is %s, from %s, which is shorter than its attempt-timeout of %s, from %s"
                            .formatted(subject, setting.value(), setting.source(), longer.value(), longer.source()),
                    "Set an attempt-timeout that fits into the deadline, or a longer deadline.");
        }
    }

    private @Nullable BulkheadSpec bulkhead() {
        int maxConcurrent = choose(PolicyKey.MAX_CONCURRENT);
        check(maxConcurrent >= 0, PolicyKey.MAX_CONCURRENT.name(), "zero for any number, or more");
        return (maxConcurrent == 0) ? null : new BulkheadSpec(maxConcurrent, choose(PolicyKey.BULKHEAD_MAX_WAIT));
    }

    private <T> T choose(PolicyKey<T> key) {
        return Objects.requireNonNull(find(key), key.name());
    }

    private <T> @Nullable T find(PolicyKey<T> key) {
        for (PolicyLayer layer : this.layers) {
            T value = layer.get(key);
            if (value != null) {
                show(key.name(), value, layer.source(key));
                return value;
            }
        }
        return null;
    }

    private void show(String name, Object value, String source) {
        this.chosen.put(name, new Setting(name, Shown.of(value), source));
    }

    private Setting chosen(String name) {
        return Objects.requireNonNull(this.chosen.get(name), name);
    }

    private InvalidOperationException invalid(String subject, InvalidSettingException problem) {
        Setting setting = chosen(problem.setting());
        String where = setting.source().equals(Setting.DEFAULT) ? DEFAULTS + setting.name() : setting.source();
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING,
                "%s of %s is %s, from %s; it must be %s"
                        .formatted(setting.name(), subject, setting.value(), where, problem.rule()),
                "Change %s to a value that is %s.".formatted(where, problem.rule()));
    }
}
