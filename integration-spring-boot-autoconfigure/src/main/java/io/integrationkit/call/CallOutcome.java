package io.integrationkit.call;

/** How a call ended, as its meters tell it. */
public enum CallOutcome {
    /** The method ran and returned. */
    EXECUTED,
    /** The result of an earlier call with the same key was returned. */
    REPLAYED,
    /** The message had been handled before; nothing was done. */
    DUPLICATE,
    /** Given up, and answered by a fallback or a handler of the failure. */
    RECOVERED,
    /** Given up and stored as a dead letter. */
    DEAD_LETTERED,
    /** Refused before the callee was asked. */
    REJECTED,
    /** Ended with an exception. */
    FAILED
}
