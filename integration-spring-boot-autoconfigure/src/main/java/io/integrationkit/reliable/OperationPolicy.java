package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for one operation, or for a policy on its own: one reference that a run-time change swaps. Safe for
 * use by any number of threads.
 */
final class OperationPolicy {

    private final String subject;

    private final @Nullable PolicyLayer annotation;

    private final List<Consumer<Policy>> listeners = new CopyOnWriteArrayList<>();

    private volatile Policy current;

    OperationPolicy(String subject, @Nullable PolicyLayer annotation, Policy current) {
        this.subject = subject;
        this.annotation = annotation;
        this.current = current;
    }

    /**
     * Returns what is in force now. One call must read it once, so that it does not see half of a change.
     *
     * @return the values
     */
    Policy current() {
        return this.current;
    }

    /**
     * Asks to be told of each change, after {@link #current()} gives it.
     *
     * @param listener gets what is in force now; called by the thread that makes the change, one change at a time; must
     *     be short and must not throw or change a policy
     */
    void onChange(Consumer<Policy> listener) {
        this.listeners.add(listener);
    }

    /** The values of the moment, and what they come to. */
    List<Setting> settings() {
        Policy policy = this.current;
        List<Setting> settings = new ArrayList<>(policy.settings());
        settings.addAll(WorstCase.of(policy).settings());
        return settings;
    }

    String subject() {
        return this.subject;
    }

    @Nullable
    PolicyLayer annotation() {
        return this.annotation;
    }

    void swap(Policy changed) {
        this.current = changed;
        this.listeners.forEach((listener) -> listener.accept(changed));
    }
}
