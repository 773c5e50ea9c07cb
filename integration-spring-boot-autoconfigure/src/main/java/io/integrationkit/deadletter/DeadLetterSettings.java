package io.integrationkit.deadletter;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;

/**
 * Settings of the dead letters.
 *
 * @param replayLease time after which a replay that has not ended counts as dead and its entry may be replayed again
 * @param maxEntries entries that fit into memory; means nothing to the database
 * @param limits how long entries are kept, and how large they may be
 */
public record DeadLetterSettings(Duration replayLease, int maxEntries, DeadLetterLimits limits) {

    public DeadLetterSettings {
        if (replayLease.toMillis() <= 0) {
            throw invalid("replay-lease", replayLease, "is shorter than a millisecond");
        }
        if (maxEntries <= 0) {
            throw invalid("max-entries", maxEntries, "leaves no room for an entry");
        }
    }

    /**
     * Creates settings with the limits that hold where nothing is set.
     *
     * @param replayLease time after which a replay that has not ended counts as dead
     * @param maxEntries entries that fit into memory
     */
    public DeadLetterSettings(Duration replayLease, int maxEntries) {
        this(replayLease, maxEntries, DeadLetterLimits.DEFAULT);
    }

    private static InvalidOperationException invalid(String property, Object value, String why) {
        return new InvalidOperationException(
                ProblemCode.INVALID_SETTING,
                "integration.dead-letters.%s=%s %s".formatted(property, value, why),
                "Set integration.dead-letters.%s to more than zero.".formatted(property));
    }
}
