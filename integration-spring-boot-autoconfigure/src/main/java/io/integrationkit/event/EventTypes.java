package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** Knows the event type of each class. Safe for use by any number of threads. */
public final class EventTypes {

    private final UnaryOperator<String> placeholders;

    private final Map<Class<?>, EventDescriptor> byClass = new ConcurrentHashMap<>();

    private final Map<NameAndVersion, Class<?>> byName = new ConcurrentHashMap<>();

    /**
     * Creates a registry.
     *
     * @param placeholders replaces placeholders in destinations
     */
    public EventTypes(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    /**
     * Returns the descriptor of a class, read from {@link EventType} at the first call.
     *
     * @param eventClass class of the event
     * @return its descriptor
     * @throws ProblemException if the class has no (usable) {@link EventType}, or another class has the same name and
     *     version
     */
    public EventDescriptor describe(Class<?> eventClass) {
        EventDescriptor known = this.byClass.get(eventClass);
        return (known != null) ? known : register(eventClass);
    }

    private EventDescriptor register(Class<?> eventClass) {
        EventDescriptor descriptor = read(eventClass);
        Class<?> first =
                this.byName.putIfAbsent(new NameAndVersion(descriptor.type(), descriptor.version()), eventClass);
        if (first != null && first != eventClass) {
            throw new ProblemException(
                    ProblemCode.EVENT_TYPE_CONFLICT,
                    FailureCategory.PERMANENT,
                    "%s and %s are both event type %s version %d; give one of them another name or version"
                            .formatted(first.getName(), eventClass.getName(), descriptor.type(), descriptor.version()));
        }
        this.byClass.put(eventClass, descriptor);
        return descriptor;
    }

    private EventDescriptor read(Class<?> eventClass) {
        EventType annotation = AnnotatedElementUtils.getMergedAnnotation(eventClass, EventType.class);
        if (annotation == null) {
            throw missing(
                    "%s is not an event type: annotate it with @EventType(\"a.name\"), or publish an OutboxMessage"
                            .formatted(eventClass.getName()));
        }
        if (annotation.value().isBlank() || annotation.version() < 1) {
            throw missing("@EventType(value = \"%s\", version = %d) of %s needs a name and a version of at least 1"
                    .formatted(annotation.value(), annotation.version(), eventClass.getName()));
        }
        String destination = this.placeholders.apply(annotation.destination());
        return new EventDescriptor(
                eventClass,
                annotation.value(),
                annotation.version(),
                destination.isEmpty() ? null : destination,
                annotation.key().isEmpty() ? null : annotation.key());
    }

    private static ProblemException missing(String message) {
        return new ProblemException(ProblemCode.EVENT_TYPE_MISSING, FailureCategory.PERMANENT, message);
    }

    private record NameAndVersion(String name, int version) {}
}
