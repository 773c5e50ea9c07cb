package io.integrationkit.reliable;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The top level: what was changed while the application runs. For each key the latest change counts; the one before it
 * is forgotten, so that the end of a change always leads back to the configuration.
 *
 * @param byKey the change in force, by name of the setting
 */
record RunTimeChanges(Map<String, Change> byKey) implements PolicyLayer {

    static final RunTimeChanges NONE = new RunTimeChanges(Map.of());

    RunTimeChanges {
        byKey = Collections.unmodifiableMap(new LinkedHashMap<>(byKey));
    }

    @Override
    public <T> @Nullable T get(PolicyKey<T> key) {
        Change change = this.byKey.get(key.name());
        return (change != null) ? key.in(change.settings()) : null;
    }

    @Override
    public String source(PolicyKey<?> key) {
        Change change = this.byKey.get(key.name());
        return (change != null) ? change.source() : "";
    }

    RunTimeChanges with(Change change) {
        Map<String, Change> all = new LinkedHashMap<>(this.byKey);
        change.settings().values().keySet().forEach((key) -> all.put(key, change));
        return new RunTimeChanges(all);
    }

    RunTimeChanges without(Change change) {
        Map<String, Change> rest = new LinkedHashMap<>(this.byKey);
        rest.values().removeIf((each) -> each == change);
        return new RunTimeChanges(rest);
    }

    /**
     * One change.
     *
     * @param settings what it says
     * @param actor who made it
     * @param since when
     * @param until when it ends by itself, or {@code null} for never
     */
    record Change(
            PolicySettings settings,
            String actor,
            Instant since,
            @Nullable Instant until) {

        String source() {
            return "run-time change by " + this.actor + ((this.until != null) ? " until " + this.until : "");
        }
    }
}
