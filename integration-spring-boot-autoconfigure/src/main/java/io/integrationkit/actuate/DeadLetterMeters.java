package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.ToDoubleFunction;

/**
 * Meters of the dead letters. How many are open is read from the store when the meter is read, and is not a number while
 * it cannot be asked.
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
        Gauge.builder("integration.dead.letters.open", this.deadLetters, DeadLetterMeters::open)
                .description("Dead letters that wait for somebody")
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description, ToDoubleFunction<DeadLetters> value) {
        FunctionCounter.builder(name, this.deadLetters, value)
                .description(description)
                .register(registry);
    }

    private static double open(DeadLetters deadLetters) {
        return deadLetters.count(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW));
    }
}
