package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import java.time.Duration;

/**
 * How long messages are remembered.
 *
 * @param retention time for which a database or Redis remembers a message
 * @param maxEntries number of messages that memory remembers
 * @param redisLease time after which a message in Redis that is still being handled is let in again
 */
public record DeduplicationSpec(Duration retention, int maxEntries, Duration redisLease) {

    /**
     * Creates a specification.
     *
     * @throws InvalidOperationException if a value cannot work
     */
    public DeduplicationSpec {
        InvalidOperationException.requireTime("integration.deduplicate.retention", retention, "7d");
        InvalidOperationException.requireCount(
                "integration.deduplicate.max-entries", maxEntries, "leaves no room for a message");
        InvalidOperationException.requireTime("integration.deduplicate.redis-lease", redisLease, "5m");
    }
}
