package io.integrationkit.breaker;

/** A state in which somebody holds a circuit breaker, whatever the results say. */
public enum Forced {

    /** Everything is refused, in each {@link CircuitBreakerSpec.Mode}, and nothing is probed. */
    OPEN,

    /** Everything passes; results are shown, and none of them opens the breaker. */
    CLOSED
}
