package io.integrationkit.deadletter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the replay of a selection ended.
 *
 * @param replayed entries that are resolved now
 * @param failed entries that were tried in vain
 * @param skipped entries that somebody else took meanwhile
 * @param failures the first {@value #MAX_FAILURES} of the failed entries, with what they met
 * @param stopped why the run ended before the selection did, or {@code null} if it went through
 */
public record ReplaySummary(
        int replayed,
        int failed,
        int skipped,
        List<ReplayResult> failures,
        @Nullable String stopped) {

    /** How many failed entries a summary names. */
    public static final int MAX_FAILURES = 100;

    public ReplaySummary {
        failures = List.copyOf(failures);
    }

    /**
     * Returns which entries failed.
     *
     * @return ids of the failed entries, at most {@value #MAX_FAILURES}
     */
    public List<String> failedIds() {
        return this.failures.stream().map(ReplayResult::id).toList();
    }
}
