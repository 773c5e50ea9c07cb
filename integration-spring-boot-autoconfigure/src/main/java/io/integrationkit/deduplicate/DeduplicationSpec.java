package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
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
        if (retention.isZero() || retention.isNegative()) {
            throw invalid("retention=" + retention, "is not positive", "Set it to a time such as 7d");
        }
        if (maxEntries < 1) {
            throw invalid("max-entries=" + maxEntries, "leaves no room for a message", "Set it to one or more");
        }
        if (redisLease.isZero() || redisLease.isNegative()) {
            throw invalid("redis-lease=" + redisLease, "is not positive", "Set it to a time such as 5m");
        }
    }

    private static InvalidOperationException invalid(String setting, String why, String action) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING, "integration.deduplicate.%s %s".formatted(setting, why), action + ".");
    }
}
