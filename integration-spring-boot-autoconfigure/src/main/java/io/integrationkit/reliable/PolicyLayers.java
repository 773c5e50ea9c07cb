package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lays an annotation over a policy over the defaults, and remembers of each value where it came from. */
final class PolicyLayers {

    private static final String DEFAULTS = "integration.reliable.defaults.";

    private final String name;

    private final PolicySettings policy;

    private final PolicySettings defaults;

    private final SettingSources sources;

    private final Map<String, Setting> chosen = new LinkedHashMap<>();

    PolicyLayers(String name, PolicySettings policy, PolicySettings defaults, SettingSources sources) {
        this.name = name;
        this.policy = policy;
        this.defaults = defaults;
        this.sources = sources;
    }

    /**
     * Settles the values.
     *
     * @param subject what the values are for, as an error names it
     * @param annotation the operation's annotation, or {@code null} to look at the policy alone
     * @return what is in force
     * @throws InvalidOperationException if a value cannot work
     */
    Policy resolve(String subject, @Nullable Reliable annotation) {
        Integer attempts = (annotation != null && annotation.maxAttempts() != 0) ? annotation.maxAttempts() : null;
        OnExhausted exhausted = (annotation != null && annotation.onExhausted() != OnExhausted.POLICY)
                ? annotation.onExhausted()
                : null;
        try {
            RetrySpec retry = new RetrySpec(
                    choose("max-attempts", attempts, "@Reliable(maxAttempts)", PolicySettings::maxAttempts),
                    choose("base-delay", PolicySettings::baseDelay),
                    choose("max-delay", PolicySettings::maxDelay),
                    choose("multiplier", PolicySettings::multiplier),
                    choose("jitter", PolicySettings::jitter),
                    find("max-elapsed", PolicySettings::maxElapsed));
            OnExhausted onExhausted =
                    choose("on-exhausted", exhausted, "@Reliable(onExhausted)", PolicySettings::onExhausted);
            InvalidSettingException.check(
                    onExhausted != OnExhausted.POLICY, "on-exhausted", "'rethrow' or 'dead-letter'");
            CircuitBreakerSpec breaker = circuitBreaker();
            return new Policy(this.name, retry, onExhausted, breaker, shown());
        } catch (InvalidSettingException ex) {
            throw invalid(subject, ex);
        }
    }

    private @Nullable CircuitBreakerSpec circuitBreaker() {
        if (!choose(
                "circuit-breaker.enabled",
                (settings) -> settings.circuitBreaker().enabled())) {
            return null;
        }
        Duration openDuration = choose(
                "circuit-breaker.open-duration",
                (settings) -> settings.circuitBreaker().openDuration());
        return new CircuitBreakerSpec(
                CircuitBreakerSpec.Mode.ENFORCE,
                CircuitBreakerSpec.WindowType.COUNT,
                choose(
                        "circuit-breaker.window-size",
                        (settings) -> settings.circuitBreaker().windowSize()),
                Duration.ofMinutes(1),
                choose(
                        "circuit-breaker.failure-rate-threshold",
                        (settings) -> settings.circuitBreaker().failureRateThreshold()),
                null,
                100,
                choose(
                        "circuit-breaker.minimum-calls",
                        (settings) -> settings.circuitBreaker().minimumCalls()),
                openDuration,
                1,
                openDuration,
                choose(
                        "circuit-breaker.half-open-probes",
                        (settings) -> settings.circuitBreaker().halfOpenProbes()));
    }

    private <T> T choose(String key, Function<PolicySettings, @Nullable T> setting) {
        T value = this.<T>find(key, setting);
        return Objects.requireNonNull(value, DEFAULTS + key);
    }

    private <T> T choose(
            String key, @Nullable T attribute, String attributeName, Function<PolicySettings, @Nullable T> setting) {
        if (attribute == null) {
            return choose(key, setting);
        }
        this.chosen.put(key, new Setting(key, Shown.of(attribute), attributeName));
        return attribute;
    }

    private <T> @Nullable T find(String key, Function<PolicySettings, @Nullable T> setting) {
        T value = setting.apply(this.policy);
        if (value != null) {
            String policyKey = PolicyNames.key(this.name, key);
            String source = this.sources.sourceOf(policyKey);
            this.chosen.put(key, new Setting(key, Shown.of(value), (source != null) ? source : policyKey));
            return value;
        }
        value = setting.apply(this.defaults);
        if (value != null) {
            String source = this.sources.sourceOf(DEFAULTS + key);
            this.chosen.put(key, new Setting(key, Shown.of(value), (source != null) ? source : Setting.DEFAULT));
        }
        return value;
    }

    private List<Setting> shown() {
        return List.copyOf(this.chosen.values());
    }

    private InvalidOperationException invalid(String subject, InvalidSettingException problem) {
        Setting setting = Objects.requireNonNull(this.chosen.get(problem.setting()), problem.setting());
        String where = setting.source().equals(Setting.DEFAULT) ? DEFAULTS + setting.name() : setting.source();
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING,
                "%s of %s is %s, from %s; it must be %s"
                        .formatted(setting.name(), subject, setting.value(), where, problem.rule()),
                "Change %s to a value that is %s.".formatted(where, problem.rule()));
    }
}
