package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.call.Finding;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StateStore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/integration}: each operation with its plan and the source of each value, the circuit breakers, where
 * state is kept and what was found. Shows no arguments, keys or payloads.
 */
@Endpoint(id = "integration", defaultAccess = Access.READ_ONLY)
public class IntegrationEndpoint {

    private final OperationRegistry registry;

    private final List<StateStore> stores;

    private final Supplier<List<Finding>> findings;

    private final Supplier<List<CircuitBreakerStatus>> breakers;

    /**
     * Creates the endpoint.
     *
     * @param registry the operations
     * @param stores where the features keep their state
     * @param findings what was found
     * @param breakers the circuit breakers as they are now
     */
    public IntegrationEndpoint(
            OperationRegistry registry,
            List<StateStore> stores,
            Supplier<List<Finding>> findings,
            Supplier<List<CircuitBreakerStatus>> breakers) {
        this.registry = registry;
        this.stores = List.copyOf(stores);
        this.findings = findings;
        this.breakers = breakers;
    }

    /**
     * Shows everything.
     *
     * @return operations, breakers, stores and findings
     */
    @ReadOperation
    public Overview overview() {
        return new Overview(
                this.registry.plans().stream()
                        .map(IntegrationEndpoint::describe)
                        .toList(),
                this.breakers.get(),
                this.stores,
                this.findings.get());
    }

    /**
     * Shows one operation.
     *
     * @param operation its name
     * @return the operation, or {@code null} if there is none of that name
     */
    @ReadOperation
    public @Nullable OperationDescription operation(@Selector String operation) {
        Plan plan = this.registry.find(operation);
        return (plan != null) ? describe(plan) : null;
    }

    private static OperationDescription describe(Plan plan) {
        Map<String, Value> settings = new LinkedHashMap<>();
        for (Setting setting : plan.settings()) {
            settings.put(setting.name(), new Value(setting.value(), setting.source()));
        }
        return new OperationDescription(
                plan.operation().name(),
                plan.operation().beanName(),
                plan.operation().method().toGenericString(),
                plan.stages().stream()
                        .map((stage) -> stage.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toList(),
                settings,
                plan.findings());
    }

    /**
     * What the endpoint shows.
     *
     * @param operations the operations
     * @param breakers the circuit breakers
     * @param stores where state is kept
     * @param findings what was found
     */
    public record Overview(
            List<OperationDescription> operations,
            List<CircuitBreakerStatus> breakers,
            List<StateStore> stores,
            List<Finding> findings) {}

    /**
     * An operation and its plan.
     *
     * @param name its name
     * @param bean name of its bean
     * @param method its method
     * @param stages stages a call runs through, outermost first
     * @param settings values in force, with their sources
     * @param findings what was found about it
     */
    public record OperationDescription(
            String name,
            String bean,
            String method,
            List<String> stages,
            Map<String, Value> settings,
            List<Finding> findings) {}

    /**
     * A value in force.
     *
     * @param value the value
     * @param source where it came from
     */
    public record Value(String value, String source) {}
}
