package io.integrationkit.call;

/**
 * Where a stage stands. The order of the constants is the order in which the stages of a call run, outermost first; it
 * is fixed and the same for every operation.
 */
public enum StagePosition {
    /** Correlation id, meters. */
    OBSERVE,
    /** Span of the call, where there is a tracer. */
    TRACE,
    /** Refuses a call whose deadline is over. */
    DEADLINE,
    /** Messages remembered in memory: a duplicate costs no attempt. */
    DEDUPLICATE,
    /** Keys claimed with a lease: a replay costs no attempt and no permit. */
    IDEMPOTENT,
    /** What happens to a call that is given up for good: fallback, compensation, dead letter. */
    GIVE_UP,
    /** Attempts and the waits between them. */
    RETRY,
    /** Refuses while the callee is known to be down. */
    CIRCUIT_BREAKER,
    /** Spreads calls over time. */
    RATE_LIMIT,
    /** Bounds concurrent calls. */
    BULKHEAD,
    /** Asks an attempt to stop when its time is over. */
    ATTEMPT_TIMEOUT,
    /** Span of the attempt, where there is a tracer. */
    ATTEMPT_TRACE,
    /** Inbox row in the transaction of the attempt. */
    TRANSACTIONAL_DEDUPLICATE,
    /** Claim and result in the transaction of the attempt. */
    TRANSACTIONAL_IDEMPOTENT;

    /**
     * Tells on which side of the method's transaction advice this stage runs.
     *
     * @return whether the stage runs inside the transaction
     */
    public boolean insideTransaction() {
        return this.compareTo(ATTEMPT_TRACE) > 0;
    }
}
