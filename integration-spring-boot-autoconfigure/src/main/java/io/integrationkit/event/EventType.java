package io.integrationkit.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Gives a class of events its logical name. The name and version travel with the message, the class name never does, so
 * classes may be renamed and moved. Looked for on the class itself, not on its superclasses: two classes cannot share
 * a name and version.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventType {

    /**
     * Logical name, such as {@code order.placed}.
     *
     * @return the name
     */
    String value();

    /**
     * Version of the event's structure; rises when the structure changes. An {@link Upcaster} leads from each version to
     * the next. Of several classes of a name the one with the highest version is the current one.
     *
     * @return the version, at least 1
     */
    int version() default 1;

    /**
     * Where events of this class go if the publisher names no destination, such as the name of a Kafka topic. May
     * contain placeholders ({@code ${orders.topic}}).
     *
     * @return the destination, or empty if the publisher must name one
     */
    String destination() default "";

    /**
     * SpEL expression, with the event as its root, for the key within which order is kept: {@code orderId} or
     * {@code customer.id}. Reads properties; calls no methods and touches no types.
     *
     * @return the expression, or empty for events without order
     */
    String key() default "";
}
