package io.integrationkit.reliable;

/** How back-off is spread, so that callers who failed together do not come back together. */
public enum Jitter {

    /** Anything between nothing and the whole delay. */
    FULL,

    /** The whole delay, always. */
    NONE
}
