package io.integrationkit.actuate;

import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Operation;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/** What is known of a call that is observed. */
public final class CallObservationContext extends Observation.Context {

    private final Operation operation;

    private volatile @Nullable CallOutcome outcome;

    CallObservationContext(Operation operation) {
        this.operation = operation;
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
     * Returns how the call ended.
     *
     * @return the outcome, or {@code null} while the call goes on
     */
    public @Nullable CallOutcome outcome() {
        return this.outcome;
    }

    void ended(CallOutcome how) {
        this.outcome = how;
    }
}
