package io.integrationkit.actuate;

import io.integrationkit.outbox.DestinationStatistics;
import io.integrationkit.outbox.HeldKeyCount;
import io.integrationkit.outbox.OutboxBacklog;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the outbox: sums, which are always there, and the same by destination, for each destination from the first
 * message this instance had something to do with. Depth and age are read from the store when a meter is read, once for
 * all that are read within a second, and are not a number while it cannot be asked. Keys are never a tag.
 */
public final class OutboxMeters implements MeterBinder {

    private final OutboxStatistics outbox;

    private final OutboxKeys keys;

    /**
     * Creates the meters.
     *
     * @param outbox the outbox
     * @param keys the keys that do not simply go on
     */
    public OutboxMeters(OutboxStatistics outbox, OutboxKeys keys) {
        this.outbox = outbox;
        this.keys = keys;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "integration.outbox.published", "Messages accepted", OutboxStatistics::published);
        counter(registry, "integration.outbox.sent", "Messages their destination took", OutboxStatistics::sent);
        counter(registry, "integration.outbox.failed", "Sends that failed", OutboxStatistics::failed);
        counter(
                registry,
                "integration.outbox.overtaken",
                "Messages that arrived before an earlier one of their key",
                OutboxStatistics::overtaken);
        counter(registry, "integration.outbox.dead.lettered", "Messages given up", OutboxStatistics::deadLettered);
        counter(
                registry,
                "integration.outbox.parked",
                "Messages parked behind a refused one",
                OutboxStatistics::parked);
        SampledBacklog backlog = new SampledBacklog(
                this.outbox::backlogs, () -> registry.config().clock().monotonicTime());
        Gauge.builder(
                        "integration.outbox.backlog",
                        backlog,
                        (sample) -> sample.all().messages())
                .description("Messages owed")
                .strongReference(true)
                .register(registry);
        Gauge.builder("integration.outbox.oldest.age", backlog, (sample) -> age(sample.all()))
                .description("Age of the oldest message owed")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        keys(registry, "parked", HeldKeyCount::parked);
        keys(registry, "blocked", HeldKeyCount::blocked);
        this.outbox.onDestination((destination) -> ofDestination(registry, backlog, destination));
    }

    private void counter(
            MeterRegistry registry, String name, String description, ToDoubleFunction<OutboxStatistics> value) {
        FunctionCounter.builder(name, this.outbox, value)
                .description(description)
                .register(registry);
    }

    private void keys(MeterRegistry registry, String state, ToDoubleFunction<HeldKeyCount> value) {
        Gauge.builder("integration.outbox.keys", this.keys, (keys) -> value.applyAsDouble(keys.count()))
                .tag("state", state)
                .description("Keys whose messages do not simply go on")
                .register(registry);
    }

    private void ofDestination(MeterRegistry registry, SampledBacklog backlog, String destination) {
        counter(registry, destination, "sent", "Messages it took", DestinationStatistics::sent);
        counter(registry, destination, "failed", "Sends to it that failed", DestinationStatistics::failed);
        counter(registry, destination, "dead.lettered", "Messages it refused", DestinationStatistics::deadLettered);
        counter(registry, destination, "parked", "Messages parked behind a refused one", DestinationStatistics::parked);
        Gauge.builder(
                        "integration.outbox.destination.backlog",
                        backlog,
                        (sample) -> sample.of(destination).messages())
                .tag("destination", destination)
                .description("Messages owed to it")
                .strongReference(true)
                .register(registry);
        Gauge.builder("integration.outbox.destination.oldest.age", backlog, (sample) -> age(sample.of(destination)))
                .tag("destination", destination)
                .description("Age of the oldest message owed to it")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry,
            String destination,
            String name,
            String description,
            ToDoubleFunction<DestinationStatistics> value) {
        FunctionCounter.builder(
                        "integration.outbox.destination." + name,
                        this.outbox,
                        (outbox) -> value.applyAsDouble(outbox.destination(destination)))
                .tag("destination", destination)
                .description(description)
                .register(registry);
    }

    private static double age(OutboxBacklog backlog) {
        Duration oldest = backlog.oldestAge();
        return (oldest != null) ? oldest.toMillis() / 1000.0 : 0;
    }
}
