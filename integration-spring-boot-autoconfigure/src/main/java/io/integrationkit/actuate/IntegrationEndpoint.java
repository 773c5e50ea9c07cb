package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.Forced;
import io.integrationkit.call.Finding;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StateStore;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.HeldBreaker;
import io.integrationkit.reliable.LimitStatus;
import io.integrationkit.reliable.PolicyChange;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.PolicyStatus;
import io.integrationkit.reliable.SharedStates;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/integration}: each operation with its plan and the source of each value, the circuit breakers, where
 * state is kept and what was found. Shows no arguments, keys or payloads. Changes policies and holds circuit breakers where
 * {@code management.endpoint.integration.access=unrestricted} allows it.
 */
@Endpoint(id = "integration", defaultAccess = Access.READ_ONLY)
public class IntegrationEndpoint {

    private final OperationRegistry registry;

    private final List<StateStore> stores;

    private final Supplier<List<Finding>> findings;

    private final CircuitBreakers breakers;

    private final SharedStates shared;

    private final PolicyChanges changes;

    /**
     * Creates the endpoint.
     *
     * @param registry the operations
     * @param stores where the features keep their state
     * @param findings what was found
     * @param breakers the circuit breakers
     * @param shared what the operations of a policy share
     * @param changes changes the policies
     */
    public IntegrationEndpoint(
            OperationRegistry registry,
            List<StateStore> stores,
            Supplier<List<Finding>> findings,
            CircuitBreakers breakers,
            SharedStates shared,
            PolicyChanges changes) {
        this.registry = registry;
        this.stores = List.copyOf(stores);
        this.findings = findings;
        this.breakers = breakers;
        this.shared = shared;
        this.changes = changes;
    }

    /**
     * Shows everything.
     *
     * @return operations, breakers, limits, changes, stores and findings
     */
    @ReadOperation
    public Overview overview() {
        return new Overview(
                this.registry.plans().stream()
                        .map(IntegrationEndpoint::describe)
                        .toList(),
                this.breakers.all(),
                this.breakers.held(),
                this.shared.all(),
                this.changes.changes(),
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

    /**
     * Shows one policy.
     *
     * @param part what is named
     * @param name name of the policy
     * @return the policy without the annotations of its operations, and what they share
     * @throws InvalidOperationException if there is no such policy
     */
    @ReadOperation
    public PolicyDescription policy(@Selector Part part, @Selector String name) {
        PolicyStatus status = this.changes.status(name);
        String policy = status.policy();
        return new PolicyDescription(
                policy,
                values(status.settings()),
                status.changes(),
                this.breakers.find(policy),
                this.breakers.held().stream()
                        .filter((held) -> held.policy().equals(policy))
                        .findFirst()
                        .orElse(null),
                this.shared.find(policy));
    }

    /**
     * Changes a policy, or holds its circuit breaker, at once and for this instance only.
     *
     * @param part what is named
     * @param name name of the policy
     * @param settings what to change, such as {@code max-attempts=2, base-delay=200ms}; or {@code null} to leave the
     *     settings alone
     * @param breaker what to do with the circuit breaker; or {@code null} to leave it alone
     * @param actor who asks for it
     * @param expiresAfter time after which it ends by itself, or {@code null} for never
     * @return the policy as it is now
     * @throws InvalidOperationException if there is no such policy, breaker or setting, a value cannot work, or not
     *     exactly one of settings and breaker is given; then nothing has changed
     */
    @WriteOperation
    public PolicyDescription change(
            @Selector Part part,
            @Selector String name,
            @Nullable String settings,
            @Nullable BreakerOrder breaker,
            String actor,
            @Nullable Duration expiresAfter) {
        String policy = this.changes.status(name).policy();
        if (settings != null && breaker == null) {
            this.changes.change(policy, SettingsText.parse(settings), actor, expiresAfter);
        } else if (breaker != null && settings == null) {
            this.breakers.force(policy, breaker.forced(), actor, expiresAfter);
        } else {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "A change of policy '%s' needs either settings or breaker".formatted(policy),
                    "Give 'settings', such as \"max-attempts=2, base-delay=200ms\", or 'breaker': open, closed or"
                            + " automatic.");
        }
        return policy(part, policy);
    }

    /**
     * Takes back what was changed of a policy: its settings are those of the configuration again, and the results decide
     * about its circuit breaker.
     *
     * @param part what is named
     * @param name name of the policy
     * @param actor who asks for it
     * @return the policy as it is now
     * @throws InvalidOperationException if there is no such policy
     */
    @DeleteOperation
    public PolicyDescription reset(@Selector Part part, @Selector String name, String actor) {
        String policy = this.changes.status(name).policy();
        this.changes.reset(policy, actor);
        if (this.breakers.held().stream().anyMatch((held) -> held.policy().equals(policy))) {
            this.breakers.force(policy, null, actor, null);
        }
        return policy(part, policy);
    }

    private static Map<String, Value> values(List<Setting> settings) {
        Map<String, Value> values = new LinkedHashMap<>();
        for (Setting setting : settings) {
            values.put(setting.name(), new Value(setting.value(), setting.source()));
        }
        return values;
    }

    private static OperationDescription describe(Plan plan) {
        return new OperationDescription(
                plan.operation().name(),
                plan.operation().beanName(),
                plan.operation().method().toGenericString(),
                plan.stages().stream()
                        .map((stage) -> stage.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .toList(),
                values(plan.settings()),
                plan.findings());
    }

    /**
     * What the endpoint shows.
     *
     * @param operations the operations
     * @param breakers the circuit breakers
     * @param heldBreakers those that somebody holds, by whom and until when
     * @param limits what bounds the load of each policy
     * @param changes what was changed while the application runs
     * @param stores where state is kept
     * @param findings what was found
     */
    public record Overview(
            List<OperationDescription> operations,
            List<CircuitBreakerStatus> breakers,
            List<HeldBreaker> heldBreakers,
            List<LimitStatus> limits,
            List<PolicyChange> changes,
            List<StateStore> stores,
            List<Finding> findings)
            implements OperationResponseBody {}

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
            List<Finding> findings)
            implements OperationResponseBody {}

    /**
     * A policy and what its operations share.
     *
     * @param policy its name
     * @param settings values in force, with their sources
     * @param changes what was changed while the application runs
     * @param breaker its circuit breaker, or {@code null} if there is none or no operation
     * @param held who holds the circuit breaker, or {@code null} if its results decide
     * @param limits what bounds its load, or {@code null} if it has no operation
     */
    public record PolicyDescription(
            String policy,
            Map<String, Value> settings,
            List<PolicyChange> changes,
            @Nullable CircuitBreakerStatus breaker,
            @Nullable HeldBreaker held,
            @Nullable LimitStatus limits)
            implements OperationResponseBody {}

    /** What the endpoint has beside operations; the first part of the path. */
    public enum Part {

        /** The policies. */
        POLICIES
    }

    /** What to do with a circuit breaker. */
    public enum BreakerOrder {

        /** Refuse everything. */
        OPEN(Forced.OPEN),

        /** Let everything pass. */
        CLOSED(Forced.CLOSED),

        /** Let the results decide. */
        AUTOMATIC(null);

        private final @Nullable Forced forced;

        BreakerOrder(@Nullable Forced forced) {
            this.forced = forced;
        }

        @Nullable
        Forced forced() {
            return this.forced;
        }
    }

    /**
     * A value in force.
     *
     * @param value the value
     * @param source where it came from
     */
    public record Value(String value, String source) {}
}
