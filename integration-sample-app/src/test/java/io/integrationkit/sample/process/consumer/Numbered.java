package io.integrationkit.sample.process.consumer;

import io.integrationkit.event.EventType;

/**
 * An event of a key.
 *
 * @param key whose event it is
 * @param sequence rises with each event of the key
 * @param kind what becomes of it
 */
@EventType(Numbered.TYPE)
record Numbered(int key, long sequence, Kind kind) {

    static final String TYPE = "numbered";

    /** What its handler does. */
    enum Kind {
        GOOD,

        /** Fails twice in each process, as if something were down for a moment. */
        STUMBLING,

        /** Is refused for good by the first handler of its listener, after it has had its effect. */
        REFUSED
    }
}
