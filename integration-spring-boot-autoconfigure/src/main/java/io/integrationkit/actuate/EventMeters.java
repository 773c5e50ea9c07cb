package io.integrationkit.actuate;

import io.integrationkit.event.EventProcessor;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/** The counter {@code integration.events.skipped}: what came to the event processor and nobody handles. */
public final class EventMeters implements MeterBinder {

    private final EventProcessor processor;

    /**
     * Creates the meters.
     *
     * @param processor hands events on
     */
    public EventMeters(EventProcessor processor) {
        this.processor = processor;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder("integration.events.skipped", this.processor, EventProcessor::skipped)
                .description("Events without a handler, and messages that are no events, that were passed over")
                .register(registry);
    }
}
