package io.integrationkit.event;

/** What becomes of an event of a newer version than this application knows. */
public enum NewerVersionPolicy {

    /** It is read as the version that is known: what is new in it is ignored. */
    TOLERANT,

    /** It becomes a dead letter, to be replayed once this application knows the version; later events go on. */
    PARK,

    /** It comes again until this application knows the version, however long that takes; later events wait behind it. */
    FAIL
}
