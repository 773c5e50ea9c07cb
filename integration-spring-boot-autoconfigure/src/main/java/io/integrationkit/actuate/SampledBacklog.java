package io.integrationkit.actuate;

import io.integrationkit.outbox.OutboxBacklog;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The backlog by destination as it was at most a second ago, so that the meters read together cost one count of the
 * table. A count that fails is told to whoever asked and asked for again. Safe for use by any number of threads.
 */
final class SampledBacklog {

    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private static final OutboxBacklog NONE = new OutboxBacklog(0, null);

    private final Supplier<Map<String, OutboxBacklog>> count;

    private final LongSupplier nanoTime;

    private @Nullable Map<String, OutboxBacklog> last;

    private long countedAt;

    SampledBacklog(Supplier<Map<String, OutboxBacklog>> count, LongSupplier nanoTime) {
        this.count = count;
        this.nanoTime = nanoTime;
    }

    OutboxBacklog of(String destination) {
        return current().getOrDefault(destination, NONE);
    }

    OutboxBacklog all() {
        long messages = 0;
        Duration oldest = null;
        for (OutboxBacklog backlog : current().values()) {
            messages += backlog.messages();
            Duration age = backlog.oldestAge();
            if (age != null && (oldest == null || age.compareTo(oldest) > 0)) {
                oldest = age;
            }
        }
        return new OutboxBacklog(messages, oldest);
    }

    private synchronized Map<String, OutboxBacklog> current() {
        long now = this.nanoTime.getAsLong();
        Map<String, OutboxBacklog> known = this.last;
        if (known == null || now - this.countedAt >= FRESH_NANOS) {
            this.last = null;
            known = Map.copyOf(this.count.get());
            this.last = known;
            this.countedAt = now;
        }
        return known;
    }
}
