package io.integrationkit.failure;

/**
 * What kind of failure a call ended with. The category alone decides whether the call is tried again, counted by the
 * circuit breaker, remembered by {@code @Idempotent} or dead-lettered.
 */
public enum FailureCategory {

    /** Likely to pass: an outage, a time-out, a deadlock. Retried with back-off; counted by the circuit breaker. */
    TEMPORARY,

    /** The callee asks to slow down. Retried after the time it names; not counted by the circuit breaker. */
    RATE_LIMIT,

    /** The callee will refuse this call each time. Never retried. */
    PERMANENT,

    /** The input is wrong. Never retried. */
    VALIDATION,

    /**
     * Refused by this application itself (breaker open, limit reached, deadline over) before the callee was asked.
     * Never counted as a failure of the callee, never dead-lettered; a listener or relay pauses instead.
     */
    REJECTED;

    /**
     * Tells whether trying the same call again may succeed.
     *
     * @return whether a retry makes sense for this category
     */
    public boolean retryable() {
        return this == TEMPORARY || this == RATE_LIMIT;
    }
}
