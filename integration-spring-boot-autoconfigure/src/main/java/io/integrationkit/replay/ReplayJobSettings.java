package io.integrationkit.replay;

import io.integrationkit.call.InvalidOperationException;
import java.time.Duration;

/**
 * Settings of the replay jobs.
 *
 * @param maxRunning jobs that run at once on this instance; others wait for their turn, here or elsewhere
 * @param lease time after which a job whose instance died is taken up by another
 * @param kept ended jobs that are kept, the last ones
 * @param longestRefusal time for which the application may refuse replays (breaker open, limit reached) before a job
 *     stops
 * @param replayLease time after which an entry that somebody else is replaying is open again: a job waits no longer for
 *     it
 */
public record ReplayJobSettings(
        int maxRunning, Duration lease, int kept, Duration longestRefusal, Duration replayLease) {

    private static final String PREFIX = "integration.dead-letters.replay-jobs.";

    private static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

    /**
     * Checks the settings.
     *
     * @throws InvalidOperationException if one of them cannot work
     */
    public ReplayJobSettings {
        if (maxRunning < 1 || maxRunning > 100) {
            throw InvalidOperationException.ofSetting(
                    PREFIX + "max-running=" + maxRunning, "is not from 1 to 100", "a number such as 2");
        }
        InvalidOperationException.requireTime(PREFIX + "lease", lease, "30s");
        if (lease.compareTo(SHORTEST_LEASE) < 0) {
            throw InvalidOperationException.ofSetting(
                    PREFIX + "lease=" + lease, "is too short to be renewed in time", "a time such as 30s");
        }
        if (kept < 1 || kept > 10_000) {
            throw InvalidOperationException.ofSetting(
                    PREFIX + "kept=" + kept, "is not from 1 to 10000", "a number such as 50");
        }
        InvalidOperationException.requireTime(PREFIX + "longest-refusal", longestRefusal, "10m");
    }
}
