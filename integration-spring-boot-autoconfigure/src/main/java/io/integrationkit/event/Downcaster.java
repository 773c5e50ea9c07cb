package io.integrationkit.event;

import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the payload of one version of an event type one of the version before, for consumers that do not know the new
 * one yet ({@code integration.events.publish-as}). A pure function like {@link Upcaster}; the same rules hold.
 */
public interface Downcaster {

    /**
     * Returns the event type.
     *
     * @return logical name of the event type
     */
    String type();

    /**
     * Returns the version that is read.
     *
     * @return the version, at least 2; the result is of the one before
     */
    int fromVersion();

    /**
     * Makes the version before.
     *
     * @param payload a payload of {@link #fromVersion()}; a copy for this call alone
     * @return the payload of the version before; it may be the same object
     */
    ObjectNode downcast(ObjectNode payload);

    /**
     * Makes a downcaster of ready-made steps.
     *
     * @param type logical name of the event type
     * @param fromVersion version that is read, at least 2
     * @param steps what changes, from the top
     * @return the downcaster
     */
    static Downcaster of(String type, int fromVersion, PayloadSteps steps) {
        return new SteppedDowncaster(type, fromVersion, steps);
    }
}
