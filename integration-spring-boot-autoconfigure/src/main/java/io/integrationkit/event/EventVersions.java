package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What leads from one version of an event type to another: upcasters, downcasters, and the versions that are published.
 * Immutable but for the types, which may get more classes; safe for use by any number of threads.
 */
public final class EventVersions {

    private final EventTypes types;

    private final VersionChain upcasters = VersionChain.upward();

    private final VersionChain downcasters = VersionChain.downward();

    private final Map<String, Integer> publishAs;

    private final VersionFindings findings = new VersionFindings();

    private EventVersions(EventTypes types, Map<String, Integer> publishAs) {
        this.types = types;
        this.publishAs = Map.copyOf(publishAs);
    }

    /**
     * Puts the versions of an application together. Nothing is refused yet, see {@link #check}.
     *
     * @param types event types; more classes may be described until {@link #check}
     * @param upcasters upcasters by the name that messages call them
     * @param downcasters downcasters by the name that messages call them
     * @param publishAs version to publish by event type, where it is not the one of the event's class
     * @return the versions
     */
    public static EventVersions of(
            EventTypes types,
            Map<String, Upcaster> upcasters,
            Map<String, Downcaster> downcasters,
            Map<String, Integer> publishAs) {
        EventVersions versions = new EventVersions(types, publishAs);
        upcasters.forEach((name, upcaster) -> versions.add(
                versions.upcasters,
                upcaster.type(),
                new VersionChain.Step(name, upcaster.fromVersion(), upcaster::upcast)));
        downcasters.forEach((name, downcaster) -> versions.add(
                versions.downcasters,
                downcaster.type(),
                new VersionChain.Step(name, downcaster.fromVersion(), downcaster::downcast)));
        return versions;
    }

    private void add(VersionChain chain, String type, VersionChain.Step step) {
        VersionChain.Step other = chain.add(type, step);
        if (other != null) {
            this.findings.twoRoutes(type, other, step);
        }
    }

    /**
     * Checks that there is exactly one way from each version that is known to the current one, and from there to the one
     * that is published. Called at start-up, when all classes are known; calling it again checks again.
     *
     * @throws EventConfigurationException if not; it names everything that is wrong
     */
    public void check() {
        new VersionCheck(this, this.upcasters, this.downcasters, this.publishAs, this.findings).run();
    }

    /**
     * Returns the event types.
     *
     * @return the types
     */
    public EventTypes types() {
        return this.types;
    }

    /**
     * Returns the oldest version of a type that can be read.
     *
     * @param type logical name of a known type
     * @return the lowest version that a class or an upcaster names
     * @throws IllegalArgumentException if no class of the type is known
     */
    public int oldest(String type) {
        List<EventDescriptor> classes = this.types.versions(type);
        if (classes.isEmpty()) {
            throw new IllegalArgumentException("No class has event type '%s'".formatted(type));
        }
        int oldest = classes.get(0).version();
        NavigableMap<Integer, VersionChain.Step> steps = this.upcasters.steps().get(type);
        return (steps != null) ? Math.min(oldest, steps.firstKey()) : oldest;
    }

    /**
     * Tells whether payloads of one version can be made ones of another.
     *
     * @param type logical name
     * @param from version of the payload
     * @param to version wanted
     * @return whether there is a way, up or down; a version is always one of itself
     */
    public boolean convertible(String type, int from, int to) {
        return chain(from, to).gap(type, from, to) == null;
    }

    /**
     * Makes a payload of one version one of another, step by step.
     *
     * @param type logical name
     * @param from version of the payload
     * @param to version wanted
     * @param payload the payload; not changed
     * @return the payload in the version wanted; the same object if it is in that version already
     * @throws ProblemException INT-317 if there is no way, INT-318 if the payload is no JSON object or a step fails
     */
    public JsonNode convert(String type, int from, int to, JsonNode payload) {
        if (from == to) {
            return payload;
        }
        Integer gap = chain(from, to).gap(type, from, to);
        if (gap != null) {
            throw noWay(type, from, to, gap);
        }
        if (!(payload instanceof ObjectNode object)) {
            throw new ProblemException(
                    ProblemCode.EVENT_CONVERSION_FAILED,
                    FailureCategory.VALIDATION,
                    "A payload of event type '%s' version %d is no JSON object, so it cannot be made version %d"
                            .formatted(type, from, to));
        }
        return chain(from, to).go(type, from, to, object);
    }

    /**
     * Returns the version to publish.
     *
     * @param type logical name
     * @param version version of the event's class
     * @return that of {@code integration.events.publish-as} if it is older, else the given one
     */
    public int published(String type, int version) {
        Integer older = this.publishAs.get(type);
        return (older != null && older < version) ? older : version;
    }

    private VersionChain chain(int from, int to) {
        return (from < to) ? this.upcasters : this.downcasters;
    }

    private static ProblemException noWay(String type, int from, int to, @Nullable Integer gap) {
        String direction = (from < to) ? "an Upcaster" : "a Downcaster";
        return new ProblemException(
                ProblemCode.EVENT_VERSION_UNREADABLE,
                FailureCategory.PERMANENT,
                "Event type '%s' version %d cannot be made version %d: no bean leads away from version %d; add %s"
                        .formatted(type, from, to, gap, direction));
    }
}
