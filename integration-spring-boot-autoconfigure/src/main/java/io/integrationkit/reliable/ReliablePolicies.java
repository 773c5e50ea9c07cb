package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;
import io.integrationkit.failure.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The configured policies and the defaults below them. Safe for use by any number of threads. */
public final class ReliablePolicies {

    private static final String UNSAFE_RETRY = "integration.reliable.unsafe-retry";

    private final PolicySettings defaults;

    private final UnsafeRetry unsafeRetry;

    private final Map<String, NamedSettings> policies = new LinkedHashMap<>();

    private final SettingSources sources;

    private final ReliableAttributes attributes;

    /**
     * Creates the policies.
     *
     * @param settings what the configuration says
     * @param sources knows where a key was set
     * @param placeholders replaces the placeholders in the texts of annotations; throws
     *     {@link IllegalArgumentException} if it cannot
     * @throws InvalidOperationException if a value cannot work, also in a policy that no operation uses
     */
    public ReliablePolicies(ReliableSettings settings, SettingSources sources, UnaryOperator<String> placeholders) {
        this.defaults = settings.defaults();
        this.unsafeRetry = settings.unsafeRetry();
        this.sources = sources;
        this.attributes = new ReliableAttributes(placeholders);
        settings.policies()
                .forEach((name, policy) ->
                        this.policies.putIfAbsent(PolicyNames.relaxed(name), new NamedSettings(name, policy)));
        resolve(new NamedSettings("", PolicySettings.NONE), null, "the defaults");
        this.policies.values().forEach((policy) -> resolve(policy, null, "policy '" + policy.name() + "'"));
    }

    /**
     * Returns what happens to operations that may do their work twice.
     *
     * @return the setting
     */
    public UnsafeRetry unsafeRetry() {
        return this.unsafeRetry;
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
    OperationPolicy resolve(Operation operation, Reliable annotation, PlanBuilder plan) {
        String given = annotation.policy();
        NamedSettings settings = named(given.isEmpty() ? operation.name() : given);
        if (!given.isEmpty() && !isConfigured(given)) {
            plan.finding(ProblemCode.DEFAULT_POLICY, runsOnDefaults(given));
        }
        plan.setting("policy", settings.name(), given.isEmpty() ? "name of the operation" : "@Reliable(policy)");
        PolicyLayer attributes = this.attributes.layer(operation, annotation);
        OperationPolicy policy = new OperationPolicy(resolve(settings, attributes, "operation '" + operation + "'"));
        plan.settings(policy::settings);
        String source = this.sources.sourceOf(UNSAFE_RETRY);
        plan.setting("unsafe-retry", Shown.of(this.unsafeRetry), (source != null) ? source : Setting.DEFAULT);
        return policy;
    }

    private boolean isConfigured(String name) {
        return this.policies.containsKey(PolicyNames.relaxed(name));
    }

    private NamedSettings named(String name) {
        NamedSettings configured = this.policies.get(PolicyNames.relaxed(name));
        return (configured != null) ? configured : new NamedSettings(name, PolicySettings.NONE);
    }

    private Policy resolve(NamedSettings policy, @Nullable PolicyLayer annotation, String subject) {
        List<PolicyLayer> layers = new ArrayList<>();
        if (annotation != null) {
            layers.add(annotation);
        }
        layers.add(new PolicyLayer(policy.settings(), (key) -> source(PolicyNames.key(policy.name(), key))));
        layers.add(new PolicyLayer(this.defaults, (key) -> source(PolicyLayers.DEFAULTS + key)));
        layers.add(PolicyLayer.STANDARD);
        return new PolicyLayers(policy.name(), layers).resolve(subject);
    }

    private String source(String key) {
        String source = this.sources.sourceOf(key);
        return (source != null) ? source : key;
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
