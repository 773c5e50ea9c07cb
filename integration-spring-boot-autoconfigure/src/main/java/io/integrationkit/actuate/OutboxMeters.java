package io.integrationkit.actuate;

import io.integrationkit.outbox.OutboxBacklog;
import io.integrationkit.outbox.OutboxStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the outbox. Depth and age are read from the store when a meter is read, and are not a number while it cannot
 * be asked.
 */
public final class OutboxMeters implements MeterBinder {

    private final OutboxStatistics outbox;

    /**
     * Creates the meters.
     *
     * @param outbox the outbox
     */
    public OutboxMeters(OutboxStatistics outbox) {
        this.outbox = outbox;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "integration.outbox.published", "Messages accepted", OutboxStatistics::published);
        counter(registry, "integration.outbox.sent", "Messages their destination took", OutboxStatistics::sent);
        counter(registry, "integration.outbox.failed", "Sends that failed", OutboxStatistics::failed);
        counter(registry, "integration.outbox.dead.lettered", "Messages given up", OutboxStatistics::deadLettered);
        Gauge.builder(
                        "integration.outbox.backlog",
                        this.outbox,
                        (outbox) -> outbox.backlog().messages())
                .description("Messages owed")
                .register(registry);
        Gauge.builder("integration.outbox.oldest.age", this.outbox, (outbox) -> age(outbox.backlog()))
                .description("Age of the oldest message owed")
                .baseUnit("seconds")
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<OutboxStatistics> value) {
        FunctionCounter.builder(name, this.outbox, value)
                .description(description)
                .register(registry);
    }

    private static double age(OutboxBacklog backlog) {
        Duration oldest = backlog.oldestAge();
        return (oldest != null) ? oldest.toMillis() / 1000.0 : 0;
    }
}
