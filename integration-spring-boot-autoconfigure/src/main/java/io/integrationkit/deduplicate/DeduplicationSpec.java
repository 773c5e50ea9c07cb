package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;

/**
 * How long messages are remembered.
 *
 * @param retention time for which a database remembers a message
 * @param maxEntries number of messages that memory remembers
 */
public record DeduplicationSpec(Duration retention, int maxEntries) {

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
    }

    private static InvalidOperationException invalid(String setting, String why, String action) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING, "integration.deduplicate.%s %s".formatted(setting, why), action + ".");
    }
}
