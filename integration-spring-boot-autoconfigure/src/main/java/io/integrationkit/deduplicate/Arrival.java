package io.integrationkit.deduplicate;

/** What an inbox knows of a message that arrives. */
public enum Arrival {
    /** It was not handled yet; the caller handles it now. */
    FIRST,
    /** It was handled before. */
    DUPLICATE,
    /** Another caller handles it right now. */
    IN_FLIGHT
}
