package io.integrationkit.reliable;

/**
 * How back-off is spread, so that callers who failed together do not come back together. The kinds and their names are
 * those of Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
public enum Jitter {

    /** Anything between nothing and the whole delay. */
    FULL,

    /** Half of the delay, and anything up to the other half. */
    EQUAL,

    /**
     * Anything between the base delay and three times the previous wait, at most the longest wait: each caller's delays
     * grow from what it drew itself. The multiplier has no part in it.
     */
    DECORRELATED,

    /** The whole delay, always. */
    NONE
}
