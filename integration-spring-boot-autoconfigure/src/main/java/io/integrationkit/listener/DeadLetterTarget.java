package io.integrationkit.listener;

/** Where a record goes that is given up. */
public enum DeadLetterTarget {
    /** To the dead letters of the application, from which it can be replayed. */
    STORE,
    /** To the dead-letter topic of its topic. */
    TOPIC,
    /** To both: it is stored first. */
    BOTH
}
