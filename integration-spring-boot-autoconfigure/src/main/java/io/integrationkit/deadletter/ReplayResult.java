package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import org.jspecify.annotations.Nullable;

/**
 * How the replay of one entry ended.
 *
 * @param id id of the entry
 * @param outcome how it ended
 * @param category category of the failure, {@code null} unless it failed
 * @param detail what the replay met, in one line; {@code null} if it succeeded
 */
public record ReplayResult(
        String id,
        Outcome outcome,
        @Nullable FailureCategory category,
        @Nullable String detail) {

    /** How a replay ended. */
    public enum Outcome {
        /** Done; the entry is resolved. */
        REPLAYED,
        /** Tried in vain; the entry is open again. */
        FAILED,
        /** Not tried: the entry was resolved or discarded before, or somebody else is replaying it. */
        SKIPPED
    }

    /**
     * Tells whether this application refused the replay itself (breaker open, limit reached) without asking the callee.
     *
     * @return whether the next replay would be refused just the same for now
     */
    public boolean rejected() {
        return this.category == FailureCategory.REJECTED;
    }
}
