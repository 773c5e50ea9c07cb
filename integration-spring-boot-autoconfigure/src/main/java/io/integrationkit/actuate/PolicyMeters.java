package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.LimitStatus;
import io.integrationkit.reliable.SharedStates;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Meters of what the operations of a policy share: circuit breaker, rate limit, bulkhead and retry budget. Those of a
 * part are registered once, when the policy has that part for the first time; while it has not, a gauge is not a number
 * and a counter stands, and goes on from there when the policy has it again.
 */
public final class PolicyMeters implements MeterBinder {

    private final CircuitBreakers breakers;

    private final SharedStates shared;

    /**
     * Creates the meters.
     *
     * @param breakers the circuit breakers
     * @param shared the limits
     */
    public PolicyMeters(CircuitBreakers breakers, SharedStates shared) {
        this.breakers = breakers;
        this.shared = shared;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Binding binding = new Binding(registry);
        this.shared.onSettle(binding::bind);
    }

    private static double isOpen(CircuitBreakerStatus breaker) {
        return (breaker.state() == CircuitState.OPEN) ? 1 : 0;
    }

    /** One registry, with what is registered there. */
    private final class Binding {

        private final MeterRegistry registry;

        private final Set<String> bound = ConcurrentHashMap.newKeySet();

        /** By policy. */
        private final Map<String, List<StandingCount>> counts = new ConcurrentHashMap<>();

        Binding(MeterRegistry registry) {
            this.registry = registry;
        }

        void bind(String policy) {
            // A part may be switched off and on again before anybody asks for its counts.
            this.counts.getOrDefault(policy, List.of()).forEach(StandingCount::read);
            if (PolicyMeters.this.breakers.find(policy) != null && this.bound.add("breaker " + policy)) {
                bindBreaker(policy);
            }
            LimitStatus limits = PolicyMeters.this.shared.find(policy);
            if (limits == null) {
                return;
            }
            if (limits.permitsLeft() != null && this.bound.add("rate " + policy)) {
                limit(policy, "rate.limit.available", "Calls the rate limit lets begin now", LimitStatus::permitsLeft);
            }
            if (limits.running() != null && this.bound.add("bulkhead " + policy)) {
                limit(policy, "bulkhead.running", "Calls in the bulkhead", LimitStatus::running);
                limit(policy, "bulkhead.waiting", "Calls that wait for the bulkhead", LimitStatus::waiting);
            }
            if (limits.retriesLeft() != null && this.bound.add("budget " + policy)) {
                limit(policy, "retry.budget.available", "Retries the budget allows now", LimitStatus::retriesLeft);
                counter(policy, "retry.budget.refused", "Retries the budget refused", () -> {
                    LimitStatus now = PolicyMeters.this.shared.find(policy);
                    return (now != null) ? now.retriesRefused() : null;
                });
            }
        }

        private void bindBreaker(String policy) {
            gauge(
                    policy,
                    "circuit.breaker.open",
                    "Whether the circuit breaker refuses calls (1) or not (0)",
                    (all) -> breaker(all, policy, PolicyMeters::isOpen));
            gauge(
                    policy,
                    "circuit.breaker.failure.rate",
                    "Percentage of failures in the window",
                    (all) -> breaker(all, policy, CircuitBreakerStatus::failureRate));
            gauge(
                    policy,
                    "circuit.breaker.slow.call.rate",
                    "Percentage of slow calls in the window",
                    (all) -> breaker(all, policy, CircuitBreakerStatus::slowCallRate));
            counter(
                    policy,
                    "circuit.breaker.opened",
                    "How often the circuit breaker opened",
                    () -> count(policy, CircuitBreakerStatus::opened));
            counter(
                    policy,
                    "circuit.breaker.refused",
                    "Attempts the circuit breaker refused, or would have refused",
                    () -> count(policy, CircuitBreakerStatus::notPermitted));
        }

        private static double breaker(PolicyMeters all, String policy, ToDoubleFunction<CircuitBreakerStatus> value) {
            CircuitBreakerStatus breaker = all.breakers.find(policy);
            return (breaker != null) ? value.applyAsDouble(breaker) : Double.NaN;
        }

        private @Nullable Long count(String policy, ToLongFunction<CircuitBreakerStatus> value) {
            CircuitBreakerStatus breaker = PolicyMeters.this.breakers.find(policy);
            return (breaker != null) ? value.applyAsLong(breaker) : null;
        }

        private void limit(
                String policy, String name, String description, Function<LimitStatus, @Nullable Number> value) {
            gauge(policy, name, description, (all) -> {
                LimitStatus now = all.shared.find(policy);
                Number number = (now != null) ? value.apply(now) : null;
                return (number != null) ? number.doubleValue() : Double.NaN;
            });
        }

        private void gauge(String policy, String name, String description, ToDoubleFunction<PolicyMeters> value) {
            Gauge.builder("integration." + name, PolicyMeters.this, value)
                    .description(description)
                    .tag("policy", policy)
                    .register(this.registry);
        }

        private void counter(String policy, String name, String description, Supplier<@Nullable Long> part) {
            StandingCount count = new StandingCount(part);
            this.counts
                    .computeIfAbsent(policy, (key) -> new CopyOnWriteArrayList<>())
                    .add(count);
            FunctionCounter.builder("integration." + name, count, StandingCount::read)
                    .description(description)
                    .tag("policy", policy)
                    .register(this.registry);
        }
    }
}
