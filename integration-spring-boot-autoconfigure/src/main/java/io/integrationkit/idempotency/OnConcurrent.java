package io.integrationkit.idempotency;

/** What a call does that finds another one with its key under way. */
public enum OnConcurrent {
    /** Waits for its result, as long as {@code integration.idempotency.max-wait} and the deadline allow. */
    WAIT,
    /** Is refused at once. */
    REJECT
}
