package io.integrationkit.event;

import tools.jackson.databind.node.ObjectNode;

/**
 * Makes the payload of one version of an event type one of the next version. A bean for each version that was ever
 * published and is not the current one; together they are the way from the oldest payload to the code of today. Checked
 * at start-up: no version may be left out, and none may have two.
 *
 * <p>An upcaster is a pure function: the result depends on the payload alone, no clock, database or other service is
 * asked. It runs on every delivery of an old event, also years later, on any thread, on many at once.
 */
public interface Upcaster {

    /**
     * Returns the event type.
     *
     * @return logical name of the event type
     */
    String type();

    /**
     * Returns the version that is read.
     *
     * @return the version, at least 1; the result is of the next one
     */
    int fromVersion();

    /**
     * Makes the next version.
     *
     * @param payload a payload of {@link #fromVersion()}; a copy for this call alone
     * @return the payload of the next version; it may be the same object
     */
    ObjectNode upcast(ObjectNode payload);

    /**
     * Makes an upcaster of ready-made steps.
     *
     * @param type logical name of the event type
     * @param fromVersion version that is read, at least 1
     * @param steps what changes, from the top
     * @return the upcaster
     */
    static Upcaster of(String type, int fromVersion, PayloadSteps steps) {
        return new SteppedUpcaster(type, fromVersion, steps);
    }
}
