package io.integrationkit.breaker;

/** What a circuit breaker does with calls. */
public enum CircuitState {

    /** Everything passes; the results are watched. */
    CLOSED,

    /** Everything is refused. */
    OPEN,

    /** A few calls pass to find out whether the callee is back; the rest is refused. */
    HALF_OPEN
}
