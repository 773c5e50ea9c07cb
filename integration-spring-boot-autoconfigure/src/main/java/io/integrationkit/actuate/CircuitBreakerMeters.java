package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.reliable.CircuitBreakers;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Meters of the circuit breakers. Bound when the context is refreshed, because a breaker exists from the moment the plan
 * of its first operation is made.
 */
public final class CircuitBreakerMeters implements ApplicationListener<ContextRefreshedEvent> {

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
        Gauge.builder("integration.circuit.breaker.open", this.breakers, (all) -> isOpen(all.find(policy)))
                .description("Whether the circuit breaker refuses calls (1) or not (0)")
                .tag("policy", policy)
                .register(this.registry);
        FunctionCounter.builder("integration.circuit.breaker.opened", this.breakers, (all) -> opened(all.find(policy)))
                .description("How often the circuit breaker opened")
                .tag("policy", policy)
                .register(this.registry);
    }

    private static double isOpen(@Nullable CircuitBreakerStatus breaker) {
        return (breaker != null && breaker.state() == CircuitState.OPEN) ? 1 : 0;
    }

    private static double opened(@Nullable CircuitBreakerStatus breaker) {
        return (breaker != null) ? breaker.opened() : 0;
    }
}
