package io.integrationkit.sample.downstream;

/** What the downstream does to a request instead of answering it well. */
public enum Fault {
    /** Answers 429 with {@code Retry-After}; no effect. */
    RATE_LIMITED,
    /** Answers 500; no effect. */
    SERVER_ERROR,
    /** Answers 503; no effect. */
    UNAVAILABLE,
    /** Is silent beyond the caller's time-out, then has the effect although nobody waits for the answer. */
    SLOW_BEFORE_EFFECT,
    /** Has the effect, then is silent beyond the caller's time-out. */
    SLOW_AFTER_EFFECT,
    /** Resets the connection; no effect. */
    RESET_BEFORE_EFFECT,
    /** Has the effect, then resets the connection instead of answering. */
    RESET_AFTER_EFFECT,
    /** Refuses everything for some seconds, once in a run: 503 or a reset connection; no effect. */
    OUTAGE,
    /** Answers 400 each time the message comes, until the downstream is repaired; no effect. */
    BAD_REQUEST
}
