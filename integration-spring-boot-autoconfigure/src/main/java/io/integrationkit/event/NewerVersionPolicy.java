package io.integrationkit.event;

/** What becomes of an event of a newer version than this application knows. */
public enum NewerVersionPolicy {

    /** It is read as the version that is known: what is new in it is ignored. */
    TOLERANT,

    /** It becomes a dead letter, to be replayed once this application knows the version; later events go on. */
    PARK,

    /** It fails for now and comes again until this application knows the version; later events wait behind it. */
    FAIL
}
