package io.integrationkit.actuate;

import io.integrationkit.outbox.OutboxBacklog;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The backlog by destination as it was at most a second ago, so that the meters read together cost one count of the
 * table. A count that fails is told to whoever asked and asked for again. Safe for use by any number of threads.
 */
final class SampledBacklog {

    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final OutboxBacklog NONE = new OutboxBacklog(0, null);

    private final Sampled<Map<String, OutboxBacklog>> count;

    SampledBacklog(Supplier<Map<String, OutboxBacklog>> count, LongSupplier nanoTime) {
        this.count = new Sampled<>(() -> Map.copyOf(count.get()), FRESH, nanoTime);
    }

    OutboxBacklog of(String destination) {
        return this.count.get().getOrDefault(destination, NONE);
    }

    OutboxBacklog all() {
        long messages = 0;
        Duration oldest = null;
        for (OutboxBacklog backlog : this.count.get().values()) {
            messages += backlog.messages();
            Duration age = backlog.oldestAge();
            if (age != null && (oldest == null || age.compareTo(oldest) > 0)) {
                oldest = age;
            }
        }
        return new OutboxBacklog(messages, oldest);
    }
}
