package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureCategory;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the dead letters. How many there are and how old they are is read from the store when a meter is read, once for
 * all that are read within ten seconds, and is not a number while it cannot be asked.
 */
public final class DeadLetterMeters implements MeterBinder {

    private final DeadLetters deadLetters;

    /**
     * Creates the meters.
     *
     * @param deadLetters the dead letters
     */
    public DeadLetterMeters(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "integration.dead.letters.stored", "Calls and messages given up", DeadLetters::storedTotal);
        counter(registry, "integration.dead.letters.replayed", "Replays that succeeded", DeadLetters::replayedTotal);
        counter(
                registry,
                "integration.dead.letters.replay.failed",
                "Replays that failed",
                DeadLetters::replayFailedTotal);
        counter(registry, "integration.dead.letters.discarded", "Dead letters discarded", DeadLetters::discardedTotal);
        Clock clock = registry.config().clock();
        SampledDeadLetters sample = new SampledDeadLetters(this.deadLetters, clock::monotonicTime);
        Gauge.builder("integration.dead.letters.open", sample, (each) -> each.of(DeadLetter.Status.NEW))
                .description("Dead letters that wait for somebody")
                .strongReference(true)
                .register(registry);
        Gauge.builder("integration.dead.letters.oldest.age", sample, (each) -> age(each, clock))
                .description("Time since the first failure of the oldest dead letter that waits for somebody")
                .baseUnit("seconds")
                .strongReference(true)
                .register(registry);
        for (DeadLetter.Status status : DeadLetter.Status.values()) {
            for (FailureCategory category : FailureCategory.values()) {
                Gauge.builder("integration.dead.letters.entries", sample, (each) -> each.of(status, category))
                        .description("Dead letters by where they stand and how they failed")
                        .tag("status", tag(status))
                        .tag("category", tag(category))
                        .strongReference(true)
                        .register(registry);
            }
        }
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static double age(SampledDeadLetters sample, Clock clock) {
        return sample.oldest()
                .map((since) -> Math.max(0, clock.wallTime() - since.toEpochMilli()) / 1000.0)
                .orElse(0.0);
    }

    private void counter(MeterRegistry registry, String name, String description, ToDoubleFunction<DeadLetters> value) {
        FunctionCounter.builder(name, this.deadLetters, value)
                .description(description)
                .register(registry);
    }
}
