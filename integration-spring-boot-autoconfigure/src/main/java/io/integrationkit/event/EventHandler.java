package io.integrationkit.event;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a bean that gets the events of a type: those which this application publishes with {@code
 * outbox.publish(event)}, and those which come from elsewhere and are given to an {@link EventProcessor}. The method
 * returns nothing and takes the event, an instance of a class with {@link EventType}: it gets every event of the type,
 * made the version of that class ({@link EventReader}), whichever was published. It may also take the headers of the
 * message as a {@code Map<String, String>}, and single ones as {@code @Header("name") String}.
 *
 * <p>What this application publishes comes after the commit, in a thread of its own, at least once, and the events of a
 * key in their order. Each handler of an event has its own copy of the message, so one that fails repeats no other. What an exception
 * means is decided by its failure category: PERMANENT and VALIDATION make the copy a dead letter, after anything else it
 * comes again. A handler that takes longer than {@code integration.outbox.delivery-timeout} is interrupted and its
 * message comes again; in the same process that never happens before the handler has returned, so two calls for one key
 * never run at once. Another instance may begin before that if the handler does not heed the interrupt.
 *
 * <p>What comes from elsewhere is told at {@link EventProcessor}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventHandler {

    /**
     * Name of the handler, by which waiting messages find it. Methods that are to be renamed while messages wait for
     * them need one.
     *
     * @return the name, or empty for {@code beanName.methodName}
     */
    String name() default "";
}
