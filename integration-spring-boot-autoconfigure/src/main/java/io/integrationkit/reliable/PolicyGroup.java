package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.reliable.OperationPolicy.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One policy with everybody who lives by it: the operations, each with its annotation, and what they share, which knows
 * the policy alone. A change is settled for all of them before it is in force for any. Safe for use by any number of
 * threads.
 */
final class PolicyGroup {

    private final String name;

    private final List<PolicyLayer> configured;

    private final ReentrantLock lock = new ReentrantLock();

    private final OperationPolicy shared;

    private final List<OperationPolicy> members = new ArrayList<>();

    private RunTimeChanges changes = RunTimeChanges.NONE;

    /**
     * Creates a policy without operations.
     *
     * @param name its name
     * @param subject what an error calls it
     * @param configured the levels below the annotations, the one that wins first
     * @throws InvalidOperationException if a value cannot work
     */
    PolicyGroup(String name, String subject, List<PolicyLayer> configured) {
        this.name = name;
        this.configured = List.copyOf(configured);
        this.shared = new OperationPolicy(subject, null, resolve(subject, null, this.changes), this.lock);
        this.members.add(this.shared);
    }

    String name() {
        return this.name;
    }

    OperationPolicy shared() {
        return this.shared;
    }

    OperationPolicy join(String subject, PolicyLayer annotation) {
        this.lock.lock();
        try {
            OperationPolicy member =
                    new OperationPolicy(subject, annotation, resolve(subject, annotation, this.changes), this.lock);
            this.members.add(member);
            return member;
        } finally {
            this.lock.unlock();
        }
    }

    /** Forgets an operation whose plan could not be made; it must not decide about changes. */
    void leave(OperationPolicy member) {
        this.lock.lock();
        try {
            this.members.remove(member);
        } finally {
            this.lock.unlock();
        }
    }

    RunTimeChanges changes() {
        this.lock.lock();
        try {
            return this.changes;
        } finally {
            this.lock.unlock();
        }
    }

    /**
     * Puts other changes in force: settles and prepares them for all first, then puts them in force for each. Whatever
     * is thrown, by a rate limiter that cannot be made for example, nothing has changed.
     *
     * @param change makes them from those that are in force
     * @return what was in force before, and what is now, for the policy on its own
     * @throws InvalidOperationException if a value cannot work for one of the operations; then nothing has changed
     */
    Swap change(UnaryOperator<RunTimeChanges> change) {
        this.lock.lock();
        try {
            RunTimeChanges changed = change.apply(this.changes);
            List<Policy> settled = this.members.stream()
                    .map((member) -> resolve(member.subject(), member.annotation(), changed))
                    .toList();
            Swap swap = new Swap(this.changes, changed, this.shared.current(), settled.get(0));
            putInForce(settled);
            this.changes = changed;
            return swap;
        } finally {
            this.lock.unlock();
        }
    }

    private void putInForce(List<Policy> settled) {
        List<Step> steps = new ArrayList<>();
        try {
            for (int i = 0; i < settled.size(); i++) {
                this.members.get(i).prepare(settled.get(i), steps);
            }
            steps.forEach(Step::putInForce);
        } catch (Throwable failure) {
            Collections.reverse(steps);
            steps.forEach(Step::takeBack);
            throw failure;
        }
    }

    private Policy resolve(String subject, @Nullable PolicyLayer annotation, RunTimeChanges changed) {
        List<PolicyLayer> layers = new ArrayList<>();
        layers.add(changed);
        if (annotation != null) {
            layers.add(annotation);
        }
        layers.addAll(this.configured);
        return new PolicyLayers(this.name, layers).resolve(subject);
    }

    /** What a change replaced. */
    record Swap(RunTimeChanges oldChanges, RunTimeChanges newChanges, Policy oldPolicy, Policy newPolicy) {}
}
