package io.integrationkit.reliable;

import java.time.Duration;

/**
 * Tells why an operation made no further attempt. Never thrown: it is attached to the exception of the last attempt as
 * a suppressed one, so that the log line of that exception explains itself. Has no stack trace.
 */
public final class RetryStopped extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String operation;

    private final int attempts;

    private final Duration waited;

    private final Rule rule;

    RetryStopped(String operation, int attempts, Duration waited, Rule rule, String explanation) {
        super(
                "%s stopped after %d attempt%s and %d ms of waiting: %s"
                        .formatted(operation, attempts, (attempts == 1) ? "" : "s", waited.toMillis(), explanation),
                null,
                false,
                false);
        this.operation = operation;
        this.attempts = attempts;
        this.waited = waited;
        this.rule = rule;
    }

    /**
     * Returns which operation stopped.
     *
     * @return name of the operation
     */
    public String operation() {
        return this.operation;
    }

    /**
     * Returns how often the method was attempted.
     *
     * @return number of attempts
     */
    public int attempts() {
        return this.attempts;
    }

    /**
     * Returns how long the call waited between its attempts.
     *
     * @return sum of the waits
     */
    public Duration waited() {
        return this.waited;
    }

    /**
     * Returns what stopped the attempts.
     *
     * @return the rule
     */
    public Rule rule() {
        return this.rule;
    }

    /** What can stop the attempts of a call. */
    public enum Rule {
        /** The failure is of a kind that does not pass. */
        NOT_RETRYABLE,
        /** The outcome is unknown, and the method must not do its work twice. */
        UNSAFE,
        /** A transaction was active when the operation was called. */
        IN_TRANSACTION,
        /** All attempts were made. */
        MAX_ATTEMPTS,
        /** The callee asks for a longer wait than allowed. */
        RETRY_AFTER,
        /** The policy has retried too large a share of its calls. */
        BUDGET,
        /** The time for all attempts is used up. */
        MAX_ELAPSED,
        /** The caller would not wait for another attempt. */
        DEADLINE,
        /** A part of the result was passed on already. */
        EMITTED,
        /** The thread was asked to stop. */
        INTERRUPTED,
        /** The kit refused a further attempt. */
        REFUSED
    }
}
