package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;

/**
 * Settings of the dead letters.
 *
 * @param replayLease time after which a replay that has not ended counts as dead and its entry may be replayed again
 * @param maxEntries entries that fit into memory; means nothing to the database
 */
public record DeadLetterSettings(Duration replayLease, int maxEntries) {

    public DeadLetterSettings {
        if (replayLease.toMillis() <= 0) {
            throw invalid("replay-lease", replayLease, "is shorter than a millisecond");
        }
        if (maxEntries <= 0) {
            throw invalid("max-entries", maxEntries, "leaves no room for an entry");
        }
    }

    private static ProblemException invalid(String property, Object value, String why) {
        return new ProblemException(
                ProblemCode.INVALID_SETTING,
                FailureCategory.PERMANENT,
                "integration.dead-letters.%s=%s %s".formatted(property, value, why));
    }
}
