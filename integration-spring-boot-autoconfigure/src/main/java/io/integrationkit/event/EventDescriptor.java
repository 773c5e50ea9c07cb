package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/** What is known of one class of events, resolved once. Safe for use by any number of threads. */
public final class EventDescriptor {

    private final Class<?> eventClass;

    private final String type;

    private final int version;

    private final String declaredDestination;

    private final UnaryOperator<String> placeholders;

    private final @Nullable Expression key;

    private volatile @Nullable String resolvedDestination;

    EventDescriptor(Class<?> eventClass, EventType annotation, UnaryOperator<String> placeholders) {
        this.eventClass = eventClass;
        this.type = annotation.value();
        this.version = annotation.version();
        this.declaredDestination = annotation.destination();
        this.placeholders = placeholders;
        this.key = annotation.key().isEmpty() ? null : parse(eventClass, annotation.key());
    }

    private static Expression parse(Class<?> eventClass, String key) {
        try {
            return new SpelExpressionParser().parseExpression(key);
        } catch (ParseException ex) {
            throw invalidKey(eventClass, key, ex);
        }
    }

    /**
     * Returns the class.
     *
     * @return the class of the events
     */
    public Class<?> eventClass() {
        return this.eventClass;
    }

    /**
     * Returns the logical name.
     *
     * @return the name that travels
     */
    public String type() {
        return this.type;
    }

    /**
     * Returns the version.
     *
     * @return version of the structure, at least 1
     */
    public int version() {
        return this.version;
    }

    /**
     * Returns where the events go by default. Placeholders are resolved at the first call, not at start-up: who only
     * consumes the events need not know where they are published.
     *
     * @return the destination, or {@code null} if the publisher must name one
     * @throws IllegalArgumentException if a placeholder cannot be resolved
     */
    public @Nullable String destination() {
        String destination = this.resolvedDestination;
        if (destination == null) {
            // Two threads may both resolve it, to the same text.
            destination = this.placeholders.apply(this.declaredDestination);
            this.resolvedDestination = destination;
        }
        return destination.isEmpty() ? null : destination;
    }

    /**
     * Reads the key of an event.
     *
     * @param event an event of this class
     * @return the key, or {@code null} if the class declares none
     * @throws ProblemException if the expression cannot be evaluated on this event or gives {@code null}
     */
    public @Nullable String keyOf(Object event) {
        if (this.key == null) {
            return null;
        }
        Object value;
        try {
            value = this.key.getValue(
                    SimpleEvaluationContext.forReadOnlyDataBinding().build(), event);
        } catch (EvaluationException ex) {
            throw invalidKey(this.eventClass, this.key.getExpressionString(), ex);
        }
        if (value == null) {
            throw new ProblemException(
                    ProblemCode.INVALID_EXPRESSION,
                    FailureCategory.VALIDATION,
                    "The key '%s' of event type %s is null for this event; without it the event has no place in the order"
                            .formatted(this.key.getExpressionString(), this.type));
        }
        return value.toString();
    }

    private static EventConfigurationException invalidKey(Class<?> eventClass, String key, Exception cause) {
        return new EventConfigurationException(
                ProblemCode.INVALID_EXPRESSION,
                "@EventType(key = \"%s\") of %s cannot be read".formatted(key, eventClass.getName()),
                "Name a property of the event, such as 'orderId'.",
                cause);
    }
}
