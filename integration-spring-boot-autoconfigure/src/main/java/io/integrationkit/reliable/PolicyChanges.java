package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Setting;
import io.integrationkit.call.Spelling;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.PolicyGroup.Swap;
import io.integrationkit.reliable.RunTimeChanges.Change;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes policies while the application runs: at once, over annotation and configuration, for this instance only, and
 * until the application stops, the change ends or somebody takes it back. Each change is one line of log, for the audit.
 *
 * <p>For each key the latest change counts. When it ends, what the configuration says is in force again. Safe for use by
 * any number of threads.
 */
public final class PolicyChanges {

    private static final Logger logger = LoggerFactory.getLogger(PolicyChanges.class);

    private static final String NOT_SET = "not set";

    private final ReliablePolicies policies;

    private final Function<Map<String, String>, PolicySettings> reader;

    private final TimeSource time;

    /**
     * Creates the changes.
     *
     * @param policies what is changed
     * @param reader converts values by name of the setting; throws {@link InvalidOperationException} for a value that
     *     is no value of its setting
     * @param time ends the changes
     */
    public PolicyChanges(
            ReliablePolicies policies, Function<Map<String, String>, PolicySettings> reader, TimeSource time) {
        this.policies = policies;
        this.reader = reader;
        this.time = time;
    }

    /**
     * Changes a policy, from texts as they stand in {@code application.yml}.
     *
     * @param policy name of the policy
     * @param values values by name of the setting, such as {@code circuit-breaker.enabled}
     * @param actor who changes it
     * @param expiresAfter time after which the change ends by itself, or {@code null} for never
     * @throws InvalidOperationException if there is no such policy or setting, or a value cannot work for one of the
     *     operations of the policy; then nothing has changed
     */
    public void change(String policy, Map<String, String> values, String actor, @Nullable Duration expiresAfter) {
        values.keySet().forEach(PolicyChanges::requireKey);
        change(policy, this.reader.apply(values), actor, expiresAfter);
    }

    /**
     * Changes a policy.
     *
     * @param policy name of the policy
     * @param settings what to change
     * @param actor who changes it
     * @param expiresAfter time after which the change ends by itself, or {@code null} for never
     * @throws InvalidOperationException if there is no such policy, nothing to change, a setting that is settled at
     *     start-up ({@code on-exhausted}), or a value that cannot work for one of the operations of the policy; then
     *     nothing has changed
     */
    public void change(String policy, PolicySettings settings, String actor, @Nullable Duration expiresAfter) {
        PolicyGroup group = find(policy);
        if (settings.values().isEmpty()) {
            throw invalid("A change of policy '%s' has no settings".formatted(group.name()), "Name what to change.");
        }
        if (settings.onExhausted() != null) {
            throw invalid(
                    "on-exhausted of policy '%s' cannot be changed while the application runs: what becomes of a call is checked at start-up"
                            .formatted(group.name()),
                    "Set %s and start the application again.".formatted(PolicyNames.key(group.name(), "on-exhausted")));
        }
        Mandate mandate = Mandate.of(actor, expiresAfter, this.time);
        Change change = new Change(settings, mandate.actor(), mandate.since(), mandate.until());
        Swap swap = group.change((changes) -> changes.with(change));
        if (expiresAfter != null) {
            this.time.schedule(expiresAfter, () -> end(group, change));
        }
        logger.info(
                "Policy '{}' changed by {}: {}",
                group.name(),
                mandate,
                differences(swap, settings.values().keySet()));
    }

    /**
     * Takes all changes of a policy back.
     *
     * @param policy name of the policy
     * @param actor who takes them back
     * @return whether there was a change
     * @throws InvalidOperationException if there is no such policy
     */
    public boolean reset(String policy, String actor) {
        PolicyGroup group = find(policy);
        Mandate by = Mandate.of(actor, null, this.time);
        Swap swap = group.change((changes) -> RunTimeChanges.NONE);
        Collection<String> keys = swap.oldChanges().byKey().keySet();
        if (keys.isEmpty()) {
            return false;
        }
        logger.info("Policy '{}' reset by {}: {}", group.name(), by, differences(swap, keys));
        return true;
    }

    /**
     * Looks at a policy on its own, without the annotations of its operations.
     *
     * @param policy name of the policy
     * @return its values and changes at this moment
     * @throws InvalidOperationException if there is no such policy
     */
    public PolicyStatus status(String policy) {
        PolicyGroup group = find(policy);
        return new PolicyStatus(
                group.name(),
                group.shared().current().settings(),
                changes(group).toList());
    }

    /**
     * Returns the changes that are in force.
     *
     * @return one for each key of each policy, by name of the policy
     */
    public List<PolicyChange> changes() {
        return this.policies.groups().stream().flatMap(PolicyChanges::changes).toList();
    }

    private static Stream<PolicyChange> changes(PolicyGroup group) {
        return group.changes().byKey().entrySet().stream()
                .map((entry) -> describe(group.name(), entry.getKey(), entry.getValue()));
    }

    private static PolicyChange describe(String policy, String key, Change change) {
        String value = change.settings().values().getOrDefault(key, "");
        return new PolicyChange(policy, key, value, change.actor(), change.since(), change.until());
    }

    /** Nobody waits for the end of a change whom a failure could tell. */
    private static void end(PolicyGroup group, Change change) {
        try {
            expire(group, change);
        } catch (RuntimeException ex) {
            logger.error(
                    "Policy '{}': the change by {} should have ended and could not; it is in force until it is reset",
                    group.name(),
                    change.actor(),
                    ex);
        }
    }

    /** Does nothing if later changes have replaced this one, or somebody took it back. */
    private static void expire(PolicyGroup group, Change change) {
        boolean alone = true;
        Swap swap;
        try {
            swap = group.change((changes) -> changes.without(change));
        } catch (InvalidOperationException ex) {
            // Another change builds on this one; the configuration without any can stand.
            alone = false;
            swap = group.change((changes) -> RunTimeChanges.NONE);
        }
        Collection<String> keys = new TreeSet<>(swap.oldChanges().byKey().keySet());
        keys.removeAll(swap.newChanges().byKey().keySet());
        if (!keys.isEmpty()) {
            logger.info(
                    "Policy '{}': the change by {} ended{}: {}",
                    group.name(),
                    change.actor(),
                    alone ? "" : ", and with it all others, which could not stand without it",
                    differences(swap, keys));
        }
    }

    private static String differences(Swap swap, Collection<String> keys) {
        return keys.stream()
                .map((key) -> "%s %s -> %s"
                        .formatted(
                                key,
                                value(swap.oldPolicy(), swap.oldChanges(), key),
                                value(swap.newPolicy(), swap.newChanges(), key)))
                .collect(Collectors.joining(", "));
    }

    /** A value that has no effect (of a circuit breaker that is switched off) is not among those in force. */
    private static String value(Policy policy, RunTimeChanges changes, String key) {
        Change change = changes.byKey().get(key);
        if (change != null) {
            return change.settings().values().getOrDefault(key, NOT_SET);
        }
        return policy.settings().stream()
                .filter((setting) -> setting.name().equals(key))
                .map(Setting::value)
                .findFirst()
                .orElse(NOT_SET);
    }

    private PolicyGroup find(String policy) {
        PolicyGroup group = this.policies.find(policy);
        if (group == null) {
            List<String> names =
                    this.policies.groups().stream().map(PolicyGroup::name).toList();
            String closest = PolicyNames.closest(policy, names);
            throw new InvalidOperationException(
                    ProblemCode.POLICY_UNKNOWN,
                    "There is no policy '%s'".formatted(Mandate.printable(policy)),
                    (closest != null)
                            ? "Did you mean '" + closest + "'?"
                            : "Name a policy of integration.reliable.policies or of an operation.");
        }
        return group;
    }

    private static void requireKey(String key) {
        List<String> names = PolicyKey.ALL.stream().map(PolicyKey::name).toList();
        if (!names.contains(key)) {
            String nearest = Spelling.nearest(key, names);
            String meant = (nearest != null) ? "Did you mean '" + nearest + "'?" : "Name one of " + names + ".";
            throw new InvalidOperationException(
                    ProblemCode.UNKNOWN_PROPERTY,
                    "A policy has no setting '%s'. %s".formatted(Mandate.printable(key), meant),
                    meant);
        }
    }

    private static InvalidOperationException invalid(String message, String action) {
        return new InvalidOperationException(ProblemCode.INVALID_SETTING, message, action);
    }
}
