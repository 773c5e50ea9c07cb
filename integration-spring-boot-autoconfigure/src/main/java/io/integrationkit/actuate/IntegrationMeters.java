package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.outbox.OutboxBacklog;
import io.integrationkit.outbox.OutboxStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * Meters of outbox and dead letters. Depth and age are read from
 * the store when a meter is read, and are not a number while it cannot be asked.
 */
public final class IntegrationMeters implements MeterBinder {

    private final OutboxStatistics outbox;

    private final DeadLetters deadLetters;

    /**
     * Creates the meters.
     *
     * @param outbox the outbox
     * @param deadLetters the dead letters
     */
    public IntegrationMeters(OutboxStatistics outbox, DeadLetters deadLetters) {
        this.outbox = outbox;
        this.deadLetters = deadLetters;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "integration.outbox.published", "Messages accepted", OutboxStatistics::published);
        counter(
                registry,
                "integration.outbox.sent",
                "Messages acknowledged by their destination",
                OutboxStatistics::sent);
        counter(registry, "integration.outbox.failed", "Sends that failed", OutboxStatistics::failed);
        counter(registry, "integration.outbox.dead.lettered", "Messages given up", OutboxStatistics::deadLettered);
        gauge(
                registry,
                "integration.outbox.backlog",
                "Messages owed",
                "messages",
                (outbox) -> outbox.backlog().messages());
        gauge(
                registry,
                "integration.outbox.oldest.age",
                "Age of the oldest message owed",
                "seconds",
                (outbox) -> age(outbox.backlog()));
        FunctionCounter.builder("integration.dead.letters.stored", this.deadLetters, DeadLetters::storedTotal)
                .description("Calls and messages given up")
                .register(registry);
        FunctionCounter.builder("integration.dead.letters.replayed", this.deadLetters, DeadLetters::replayedTotal)
                .description("Dead letters whose replay succeeded")
                .register(registry);
        Gauge.builder("integration.dead.letters.open", this.deadLetters, IntegrationMeters::open)
                .description("Dead letters that wait for somebody")
                .register(registry);
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<OutboxStatistics> value) {
        FunctionCounter.builder(name, this.outbox, value)
                .description(description)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String description,
            String unit,
            ToDoubleFunction<OutboxStatistics> value) {
        Gauge.builder(name, this.outbox, value)
                .description(description)
                .baseUnit(unit)
                .register(registry);
    }

    private static double age(OutboxBacklog backlog) {
        Duration oldest = backlog.oldestAge();
        return (oldest != null) ? oldest.toMillis() / 1000.0 : 0;
    }

    private static double open(DeadLetters deadLetters) {
        return deadLetters.count(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW));
    }
}
