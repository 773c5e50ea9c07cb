package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.reliable.CircuitBreakers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Meters of the circuit breakers. Bound when the context is refreshed, because a breaker exists from the moment the plan
 * of its first operation is made.
 */
public final class CircuitBreakerMeters implements ApplicationListener<ContextRefreshedEvent> {

    private static final String PREFIX = "integration.circuit.breaker.";

    private final CircuitBreakers breakers;

    private final MeterRegistry registry;

    /**
     * Creates the meters.
     *
     * @param breakers the circuit breakers
     * @param registry where the meters are registered
     */
    public CircuitBreakerMeters(CircuitBreakers breakers, MeterRegistry registry) {
        this.breakers = breakers;
        this.registry = registry;
    }

    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        this.breakers.all().forEach((breaker) -> bind(breaker.name()));
    }

    private void bind(String policy) {
        gauge(policy, "open", "Whether the circuit breaker refuses calls (1) or not (0)", CircuitBreakerMeters::isOpen);
        gauge(policy, "failure.rate", "Percentage of failures in the window", CircuitBreakerStatus::failureRate);
        gauge(policy, "slow.rate", "Percentage of slow calls in the window", CircuitBreakerStatus::slowCallRate);
        counter(policy, "opened", "How often the circuit breaker opened", CircuitBreakerStatus::opened);
        counter(
                policy,
                "refused",
                "Calls that the circuit breaker refused, or would have refused",
                CircuitBreakerStatus::notPermitted);
    }

    private void gauge(String policy, String name, String description, ToDoubleFunction<CircuitBreakerStatus> value) {
        Gauge.builder(PREFIX + name, this.breakers, (all) -> read(all.find(policy), value))
                .description(description)
                .tag("policy", policy)
                .register(this.registry);
    }

    private void counter(String policy, String name, String description, ToDoubleFunction<CircuitBreakerStatus> value) {
        FunctionCounter.builder(PREFIX + name, this.breakers, (all) -> read(all.find(policy), value))
                .description(description)
                .tag("policy", policy)
                .register(this.registry);
    }

    private static double isOpen(CircuitBreakerStatus breaker) {
        return (breaker.state() == CircuitState.OPEN) ? 1 : 0;
    }

    private static double read(@Nullable CircuitBreakerStatus breaker, ToDoubleFunction<CircuitBreakerStatus> value) {
        return (breaker != null) ? value.applyAsDouble(breaker) : 0;
    }
}
