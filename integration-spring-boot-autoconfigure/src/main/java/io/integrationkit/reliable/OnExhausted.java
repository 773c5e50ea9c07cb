package io.integrationkit.reliable;

/** What happens to a call that is given up for good. */
public enum OnExhausted {

    /** What the policy says; in annotations only. */
    POLICY,

    /** The caller gets the exception of the last attempt. */
    RETHROW,

    /**
     * The call is stored as a dead letter. A {@code void} method then returns normally; any other throws
     * {@link io.integrationkit.call.DeadLetteredException}. A listener's call that ran into a rate limit is not stored
     * but thrown, so that its container can pause and deliver it again.
     */
    DEAD_LETTER
}
