package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The steps in one direction, one for each type and version it leads away from. Each step leads exactly one version
 * further, so there can be no cycle; that no version is left out is asked of {@link #gap}.
 */
final class VersionChain {

    private final int direction;

    private final Map<String, NavigableMap<Integer, Step>> steps = new LinkedHashMap<>();

    private VersionChain(int direction) {
        this.direction = direction;
    }

    static VersionChain upward() {
        return new VersionChain(1);
    }

    static VersionChain downward() {
        return new VersionChain(-1);
    }

    /** Returns the step that leads away from there already, or {@code null} if this one does now. */
    @Nullable
    Step add(String type, Step step) {
        return this.steps.computeIfAbsent(type, (name) -> new TreeMap<>()).putIfAbsent(step.fromVersion(), step);
    }

    Map<String, NavigableMap<Integer, Step>> steps() {
        return this.steps;
    }

    private @Nullable Step step(String type, int version) {
        NavigableMap<Integer, Step> known = this.steps.get(type);
        return (known != null) ? known.get(version) : null;
    }

    /** Returns the first version on that way that no step leads away from, or {@code null} if the way is whole. */
    @Nullable
    Integer gap(String type, int from, int to) {
        for (int version = from; version != to; version += this.direction) {
            if (step(type, version) == null) {
                return version;
            }
        }
        return null;
    }

    /** Returns all gaps of that way in its order: as many as there are steps and one at most, however far it is. */
    List<Gap> gaps(String type, int from, int to) {
        NavigableMap<Integer, Step> known = this.steps.getOrDefault(type, new TreeMap<>());
        Set<Integer> onTheWay = (this.direction > 0)
                ? known.subMap(from, true, to, false).navigableKeySet()
                : known.subMap(to, false, from, true).descendingKeySet();
        List<Gap> gaps = new ArrayList<>();
        int version = from;
        for (int step : onTheWay) {
            if (step != version) {
                gaps.add(new Gap(version, step));
            }
            version = step + this.direction;
        }
        if (version != to) {
            gaps.add(new Gap(version, to));
        }
        return gaps;
    }

    /** The payload is not changed. The way must be whole. */
    ObjectNode go(String type, int from, int to, ObjectNode payload) {
        ObjectNode result = payload;
        for (int version = from; version != to; version += this.direction) {
            Step step = Objects.requireNonNull(step(type, version), "The way is not whole");
            result = step.take(type, result, version + this.direction);
        }
        return result;
    }

    /**
     * Steps in a row that are missing.
     *
     * @param from version that nothing leads away from
     * @param to version at which the way goes on, or ends
     */
    record Gap(int from, int to) {}

    /**
     * One step.
     *
     * @param name name of the bean
     * @param fromVersion version it leads away from
     * @param change what it does
     */
    record Step(String name, int fromVersion, UnaryOperator<ObjectNode> change) {

        /** Hands out a copy each time: a step may return an object that it keeps, which the next one would change. */
        private ObjectNode take(String type, ObjectNode payload, int toVersion) {
            ObjectNode result;
            try {
                result = this.change.apply(payload.deepCopy());
            } catch (RuntimeException ex) {
                throw failed(type, toVersion, "failed: " + ex.getClass().getSimpleName(), ex);
            }
            if (result == null) {
                throw failed(type, toVersion, "returned null", null);
            }
            return result;
        }

        private ProblemException failed(String type, int toVersion, String how, @Nullable RuntimeException cause) {
            return new ProblemException(
                    ProblemCode.EVENT_CONVERSION_FAILED,
                    FailureCategory.VALIDATION,
                    "'%s', which makes version %d of event type '%s' of version %d, %s; correct it and replay the message"
                            .formatted(this.name, toVersion, type, this.fromVersion, how),
                    null,
                    cause);
        }
    }
}
