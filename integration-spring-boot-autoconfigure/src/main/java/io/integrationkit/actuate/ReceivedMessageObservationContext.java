package io.integrationkit.actuate;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Context of the observation of a message that continues the trace its headers name. */
public final class ReceivedMessageObservationContext extends ReceiverContext<Function<String, @Nullable String>>
        implements ObservedMessage {

    private final HandledMessage message;

    ReceivedMessageObservationContext(HandledMessage message, Function<String, @Nullable String> headers) {
        super((carrier, name) -> carrier.apply(name), Kind.CONSUMER);
        this.message = message;
        setCarrier(headers);
    }

    @Override
    public HandledMessage message() {
        return this.message;
    }
}
