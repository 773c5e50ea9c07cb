package io.integrationkit.actuate;

import io.integrationkit.call.Operation;
import io.micrometer.observation.Observation;

/** What is known of an attempt that is observed. */
public final class AttemptObservationContext extends Observation.Context {

    private final Operation operation;

    private final int attempt;

    AttemptObservationContext(Operation operation, int attempt) {
        this.operation = operation;
        this.attempt = attempt;
    }

    /**
     * Returns the operation that is called.
     *
     * @return the operation
     */
    public Operation operation() {
        return this.operation;
    }

    /**
     * Returns which attempt of the call this is.
     *
     * @return its number; the first is 1
     */
    public int attempt() {
        return this.attempt;
    }
}
