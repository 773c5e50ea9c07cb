package io.integrationkit.actuate;

import io.micrometer.observation.Observation;

/** Context of the observation of a message on a thread that is in an observation already. */
public final class MessageObservationContext extends Observation.Context implements ObservedMessage {

    private final HandledMessage message;

    MessageObservationContext(HandledMessage message) {
        this.message = message;
    }

    @Override
    public HandledMessage message() {
        return this.message;
    }
}
