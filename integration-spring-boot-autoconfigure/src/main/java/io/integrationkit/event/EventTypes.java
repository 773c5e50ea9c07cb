package io.integrationkit.event;

import io.integrationkit.failure.ProblemCode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;

/**
 * Knows the event type of each class. Filled at start-up with the classes of the application; a class of another place
 * is added when it is described first. A type may have a class for each of its versions, the one of the highest version
 * is the current one. Safe for use by any number of threads.
 */
public final class EventTypes {

    private final UnaryOperator<String> placeholders;

    private final Map<Class<?>, EventDescriptor> byClass = new ConcurrentHashMap<>();

    private final Map<String, NavigableMap<Integer, EventDescriptor>> byName = new ConcurrentHashMap<>();

    /**
     * Creates a registry that knows no class yet.
     *
     * @param placeholders replaces placeholders in destinations, when a destination is asked for
     */
    public EventTypes(UnaryOperator<String> placeholders) {
        this(placeholders, List.of());
    }

    /**
     * Creates a registry.
     *
     * @param placeholders replaces placeholders in destinations, when a destination is asked for
     * @param classes the classes of events, each with a usable {@link EventType}
     * @throws EventConfigurationException if one has none, or two have the same name and version
     */
    public EventTypes(UnaryOperator<String> placeholders, Collection<Class<?>> classes) {
        this.placeholders = placeholders;
        classes.forEach(this::describe);
    }

    /**
     * Returns the descriptor of a class, read from {@link EventType} when the class is seen first.
     *
     * @param eventClass class of the event
     * @return its descriptor, the same each time
     * @throws EventConfigurationException if the class has no (usable) {@link EventType}, or another class has the same
     *     name and version
     */
    public EventDescriptor describe(Class<?> eventClass) {
        EventDescriptor known = this.byClass.get(eventClass);
        return (known != null) ? known : register(eventClass);
    }

    /**
     * Returns the class a type has now.
     *
     * @param type logical name
     * @return the one of the highest version, or {@code null} if no class of the type is known
     */
    public @Nullable EventDescriptor current(String type) {
        NavigableMap<Integer, EventDescriptor> versions = this.byName.get(type);
        return (versions != null) ? versions.lastEntry().getValue() : null;
    }

    /**
     * Returns the classes of a type.
     *
     * @param type logical name
     * @return a copy, the lowest version first; empty if no class of the type is known
     */
    public List<EventDescriptor> versions(String type) {
        NavigableMap<Integer, EventDescriptor> versions = this.byName.get(type);
        return (versions != null) ? List.copyOf(versions.values()) : List.of();
    }

    /**
     * Returns the logical names.
     *
     * @return a copy, sorted
     */
    public Set<String> names() {
        return new TreeSet<>(this.byName.keySet());
    }

    private EventDescriptor register(Class<?> eventClass) {
        EventDescriptor read = read(eventClass);
        EventDescriptor first = this.byName
                .computeIfAbsent(read.type(), (type) -> new ConcurrentSkipListMap<>(Map.of(read.version(), read)))
                .putIfAbsent(read.version(), read);
        if (first != null && first.eventClass() != eventClass) {
            throw conflict(first, read);
        }
        EventDescriptor descriptor = (first != null) ? first : read;
        this.byClass.put(eventClass, descriptor);
        return descriptor;
    }

    private EventDescriptor read(Class<?> eventClass) {
        EventType annotation = AnnotatedElementUtils.getMergedAnnotation(eventClass, EventType.class);
        if (annotation == null) {
            throw missing(
                    "%s is not an event type".formatted(eventClass.getName()),
                    "Annotate it with @EventType(\"a.name\"), or publish an OutboxMessage.");
        }
        if (annotation.value().isBlank() || annotation.version() < 1) {
            throw missing(
                    "@EventType(value = \"%s\", version = %d) of %s has no name or no version"
                            .formatted(annotation.value(), annotation.version(), eventClass.getName()),
                    "Give it a name that is not blank and a version of at least 1.");
        }
        return new EventDescriptor(eventClass, annotation, this.placeholders);
    }

    private static EventConfigurationException conflict(EventDescriptor first, EventDescriptor second) {
        return new EventConfigurationException(
                ProblemCode.EVENT_TYPE_CONFLICT,
                "%s and %s are both event type '%s' version %d"
                        .formatted(
                                first.eventClass().getName(),
                                second.eventClass().getName(),
                                second.type(),
                                second.version()),
                "Give one of them another name, or the next version: @EventType(value = \"%s\", version = %d)."
                        .formatted(second.type(), second.version() + 1));
    }

    private static EventConfigurationException missing(String message, String action) {
        return new EventConfigurationException(ProblemCode.EVENT_TYPE_MISSING, message, action);
    }
}
