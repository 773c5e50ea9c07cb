package io.integrationkit.actuate;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the idempotency keys, read from the store when a meter is read, once for all that are read within a minute:
 * there may be many keys. They are not a number while the store cannot be asked. Keys are never a tag.
 */
public final class IdempotencyMeters implements MeterBinder {

    private static final Duration FRESH = Duration.ofMinutes(1);

    private final IdempotencyStore store;

    /**
     * Creates the meters.
     *
     * @param store where the keys are kept
     */
    public IdempotencyMeters(IdempotencyStore store) {
        this.store = store;
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
