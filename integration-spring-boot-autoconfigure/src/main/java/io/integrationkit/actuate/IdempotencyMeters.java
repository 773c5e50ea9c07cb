package io.integrationkit.actuate;

import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the idempotency keys. How many there are is read from the store when a meter is read, once for all that are
 * read within a minute: there may be many keys. Those meters are not a number while the store cannot be asked.
 *
 * <p>{@code integration.idempotency.wait} (timer) and {@code integration.idempotency.fence.losses} (counter), tag
 * {@code operation}, are there for each operation with keys from its definition on; they read sums that only calls which
 * wait, or lose their key, write. The timer has number and total time, and no maximum. Where a filter takes the tag away,
 * they are the sum of all operations. Keys are never a tag.
 */
public final class IdempotencyMeters implements MeterBinder {

    private static final Duration FRESH = Duration.ofMinutes(1);

    private final IdempotencyStore store;

    private final IdempotencyStatistics statistics;

    private final List<MeterFilter> filters;

    /**
     * Creates the meters.
     *
     * @param store where the keys are kept
     * @param statistics what was done with them
     * @param filters filters of the registry or, if it is a composite, of its parts; asked, for a composite, what they make
     *     of the tags
     */
    public IdempotencyMeters(IdempotencyStore store, IdempotencyStatistics statistics, List<MeterFilter> filters) {
        this.store = store;
        this.statistics = statistics;
        this.filters = List.copyOf(filters);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Sampled<KeyCounts> counts = new Sampled<>(
                this.store::counts, FRESH, () -> registry.config().clock().monotonicTime());
        keys(registry, counts, "in-progress", KeyCounts::inProgress);
        keys(registry, counts, "lapsed", KeyCounts::lapsed);
        keys(registry, counts, "done", KeyCounts::done);
        keys(registry, counts, "dead-lettered", KeyCounts::deadLettered);
        Gauge.builder("integration.idempotency.oldest.claim.age", counts, (sample) -> age(sample.get()))
                .description("Age of the oldest claim that was not ended")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        SummedMeters meters = new SummedMeters(registry, this.filters);
        this.statistics.onOperation((operation) -> ofOperation(meters, operation));
    }

    private void ofOperation(SummedMeters meters, String operation) {
        Tags tags = Tags.of("operation", operation);
        meters.timer(
                "integration.idempotency.wait",
                "Waits of calls for another one with their key",
                tags,
                () -> this.statistics.operation(operation).waits(),
                () -> this.statistics.operation(operation).waited().toNanos());
        meters.counter(
                "integration.idempotency.fence.losses",
                "Calls whose key was not theirs any more when they wanted to write",
                tags,
                () -> this.statistics.operation(operation).fenceLosses());
    }

    private static void keys(
            MeterRegistry registry, Sampled<KeyCounts> counts, String state, ToDoubleFunction<KeyCounts> value) {
        Gauge.builder("integration.idempotency.keys", counts, (sample) -> value.applyAsDouble(sample.get()))
                .tag("state", state)
                .description("Idempotency keys the store holds")
                .strongReference(true)
                .register(registry);
    }

    private static double age(KeyCounts counts) {
        Duration oldest = counts.oldestClaim();
        return (oldest != null) ? oldest.toMillis() / 1000.0 : 0;
    }
}
