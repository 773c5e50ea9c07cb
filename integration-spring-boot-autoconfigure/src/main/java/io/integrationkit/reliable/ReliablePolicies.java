package io.integrationkit.reliable;

import io.integrationkit.call.Finding;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configured policies and the defaults below them. Safe for use by any number of threads. */
public final class ReliablePolicies {

    private static final String UNSAFE_RETRY = "integration.reliable.unsafe-retry";

    private final PolicySettings defaults;

    private final UnsafeRetry unsafeRetry;

    /** Policies that are configured or in use, by their relaxed names. */
    private final ConcurrentMap<String, PolicyGroup> groups = new ConcurrentSkipListMap<>();

    private final Map<String, String> configured = new LinkedHashMap<>();

    /** Operations whose attempts run on the caller's thread, by their names. */
    private final ConcurrentMap<String, OperationPolicy> blocking = new ConcurrentSkipListMap<>();

    private final PolicyGroup base;

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
        this.base = new PolicyGroup("", "the defaults", layers("", PolicySettings.NONE));
        settings.policies().forEach((name, policy) -> {
            if (this.configured.putIfAbsent(PolicyNames.relaxed(name), name) == null) {
                this.groups.put(PolicyNames.relaxed(name), group(name, policy));
            }
        });
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
     * @param declared its annotation, or what stands for it
     * @param plan where values and findings are shown
     * @return what is in force
     * @throws InvalidOperationException if a value cannot work
     */
    OperationPolicy resolve(Operation operation, Declared declared, PlanBuilder plan) {
        Reliable annotation = declared.annotation();
        String given = annotation.policy();
        PolicyGroup group = group(given.isEmpty() ? operation.name() : given);
        if (!given.isEmpty() && !this.configured.containsKey(PolicyNames.relaxed(given))) {
            plan.finding(ProblemCode.DEFAULT_POLICY, runsOnDefaults(given));
        }
        plan.setting("policy", group.name(), given.isEmpty() ? "name of the operation" : declared.source("policy"));
        OperationPolicy policy =
                group.join("operation '" + operation + "'", this.attributes.layer(operation, annotation));
        plan.settings(policy::settings);
        WorstCase.findings(policy.current()).forEach((finding) -> plan.finding(finding.code(), finding.message()));
        String source = this.sources.sourceOf(UNSAFE_RETRY);
        plan.setting("unsafe-retry", Shown.of(this.unsafeRetry), (source != null) ? source : Setting.DEFAULT);
        return policy;
    }

    /**
     * Returns the longest time that an attempt may take by the configuration: by the attempt timeouts of the defaults
     * and of all policies, or the deadlines where those are shorter. What annotations say is not known here, since
     * clients are made before their operations.
     *
     * @return the time, or {@code null} if the defaults or a policy leave attempts without a bound
     */
    public @Nullable Duration longestAttempt() {
        return ReadTimeouts.longestAttempt(Stream.concat(Stream.of(this.base), this.groups.values().stream())
                .map((group) -> group.shared().current())
                .toList());
    }

    /**
     * Returns what there is to say of operations whose attempts may be stuck in a read longer than their time, or are cut
     * short by a read time-out that only {@link #longestAttempt()} gave.
     *
     * @param readTimeout read time-out of the application's HTTP clients, or {@code null} if none is known
     * @return the findings; empty if the read time-out fits all
     */
    public List<Finding> readTimeoutFindings(@Nullable Duration readTimeout) {
        return new ReadTimeouts(readTimeout, longestAttempt()).findings(this.blocking);
    }

    /**
     * Returns how long a call of an operation may take that runs on the caller's thread, with all its attempts and waits.
     *
     * @param operation name of the operation
     * @return the longest time, as its policy is now; {@code null} if nothing bounds it, or there is no such operation
     */
    public @Nullable Duration longestCall(String operation) {
        OperationPolicy policy = this.blocking.get(operation);
        return (policy != null) ? WorstCase.of(policy.current()).duration() : null;
    }

    /** Forgets an operation whose plan could not be made. */
    void forget(OperationPolicy policy) {
        group(policy.current().name()).leave(policy);
    }

    /** The attempts of the operation run on the caller's thread. */
    void runsOnCallersThread(Operation operation, OperationPolicy policy) {
        this.blocking.put(operation.name(), policy);
    }

    /**
     * Returns what is in force for a policy on its own, without the annotation of any operation: for what its
     * operations share, and for calls without annotation.
     *
     * @param policy name of the policy, configured or not
     * @return what is in force
     */
    OperationPolicy shared(String policy) {
        return group(policy).shared();
    }

    @Nullable
    PolicyGroup find(String policy) {
        return this.groups.get(PolicyNames.relaxed(policy));
    }

    Collection<PolicyGroup> groups() {
        return this.groups.values();
    }

    private PolicyGroup group(String name) {
        return this.groups.computeIfAbsent(PolicyNames.relaxed(name), (key) -> group(name, PolicySettings.NONE));
    }

    private PolicyGroup group(String name, PolicySettings settings) {
        return new PolicyGroup(name, "policy '" + name + "'", layers(name, settings));
    }

    private List<PolicyLayer> layers(String policy, PolicySettings settings) {
        return List.of(
                PolicyLayer.of(settings, (key) -> source(PolicyNames.key(policy, key))),
                PolicyLayer.of(this.defaults, (key) -> source(PolicyLayers.DEFAULTS + key)),
                PolicyLayer.STANDARD);
    }

    private String source(String key) {
        String source = this.sources.sourceOf(key);
        return (source != null) ? source : key;
    }

    private String runsOnDefaults(String name) {
        String closest = PolicyNames.closest(name, this.configured.values());
        return "Policy '%s' is not configured and runs on integration.reliable.defaults; %s"
                .formatted(
                        name,
                        (closest != null)
                                ? "did you mean '" + closest + "'?"
                                : "configure integration.reliable.policies." + name);
    }
}
