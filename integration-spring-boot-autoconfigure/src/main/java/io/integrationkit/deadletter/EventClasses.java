package io.integrationkit.deadletter;

import java.util.Collection;

/** Port: knows the classes that payloads of events are read as. Safe for use by any number of threads. */
@FunctionalInterface
public interface EventClasses {

    /**
     * Finds the classes of an event type.
     *
     * @param type logical name
     * @param version version of the payload
     * @return the classes of all its versions; empty if this application has none of this very version, so that it cannot
     *     tell what in the payload is sensitive
     */
    Collection<Class<?>> of(String type, int version);
}
