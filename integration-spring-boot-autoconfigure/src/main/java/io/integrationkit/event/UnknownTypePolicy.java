package io.integrationkit.event;

/** What becomes of an event for which this application has no handler. */
public enum UnknownTypePolicy {

    /** It is passed over and counted. */
    SKIP,

    /** It becomes a dead letter, to be replayed once there is a handler; later events go on. */
    PARK,

    /** It comes again until there is a handler, however long that takes; later events wait behind it. */
    FAIL
}
