package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.SettingSources;
import io.integrationkit.failure.ProblemCode;
import java.util.LinkedHashMap;
import java.util.Map;

/** The configured policies and the defaults below them. Immutable. */
public final class ReliablePolicies {

    private final PolicySettings defaults;

    private final Map<String, NamedSettings> policies = new LinkedHashMap<>();

    private final SettingSources sources;

    /**
     * Creates the policies.
     *
     * @param defaults settings below all policies; says everything but {@code maxElapsed}
     * @param policies settings by name of the policy
     * @param sources knows where a key was set
     * @throws InvalidOperationException if a value cannot work, also in a policy that no operation uses
     */
    public ReliablePolicies(PolicySettings defaults, Map<String, PolicySettings> policies, SettingSources sources) {
        this.defaults = defaults;
        this.sources = sources;
        policies.forEach((name, settings) ->
                this.policies.putIfAbsent(PolicyNames.relaxed(name), new NamedSettings(name, settings)));
        new PolicyLayers("", PolicySettings.NONE, defaults, sources).resolve("the defaults", null);
        this.policies.values().forEach((policy) -> layers(policy).resolve("policy '" + policy.name() + "'", null));
    }

    /**
     * Settles what is in force for an operation, and shows it in the plan.
     *
     * @param operation the operation
     * @param annotation its annotation
     * @param plan where values and findings are shown
     * @return what is in force
     * @throws InvalidOperationException if a value cannot work
     */
    Policy resolve(Operation operation, Reliable annotation, PlanBuilder plan) {
        String given = annotation.policy();
        String name = given.isEmpty() ? operation.name() : given;
        NamedSettings settings = this.policies.get(PolicyNames.relaxed(name));
        if (settings == null) {
            settings = new NamedSettings(name, PolicySettings.NONE);
            if (!given.isEmpty()) {
                plan.finding(ProblemCode.DEFAULT_POLICY, runsOnDefaults(given));
            }
        }
        plan.setting("policy", settings.name(), given.isEmpty() ? "name of the operation" : "@Reliable(policy)");
        Policy policy = layers(settings).resolve("operation '" + operation + "'", annotation);
        policy.settings().forEach((setting) -> plan.setting(setting.name(), setting.value(), setting.source()));
        return policy;
    }

    private PolicyLayers layers(NamedSettings policy) {
        return new PolicyLayers(policy.name(), policy.settings(), this.defaults, this.sources);
    }

    private String runsOnDefaults(String name) {
        String closest = PolicyNames.closest(
                name, this.policies.values().stream().map(NamedSettings::name).toList());
        return "Policy '%s' is not configured and runs on integration.reliable.defaults; %s"
                .formatted(
                        name,
                        (closest != null)
                                ? "did you mean '" + closest + "'?"
                                : "configure integration.reliable.policies." + name);
    }

    private record NamedSettings(String name, PolicySettings settings) {}
}
