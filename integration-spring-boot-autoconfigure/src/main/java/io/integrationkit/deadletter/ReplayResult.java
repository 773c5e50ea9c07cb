package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * How the replay of one entry ended.
 *
 * @param id id of the entry
 * @param outcome how it ended
 * @param category category of the failure, {@code null} unless it failed
 * @param code which problem of the kit it was, {@code null} if it was none
 * @param detail what the replay met, in one line; {@code null} if it succeeded
 */
public record ReplayResult(
        String id,
        Outcome outcome,
        @Nullable FailureCategory category,
        @Nullable ProblemCode code,
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

    static ReplayResult replayed(String id) {
        return new ReplayResult(id, Outcome.REPLAYED, null, null, null);
    }

    /**
     * Tells whether this application refused the replay without asking the callee, for a reason that holds for other
     * entries too (breaker open, limit reached) and not only for the key of this one.
     *
     * @return whether the next replay would be refused just the same at present
     */
    public boolean refused() {
        return this.category == FailureCategory.REJECTED
                && this.code != ProblemCode.KEY_IN_PROGRESS
                && this.code != ProblemCode.MESSAGE_IN_FLIGHT
                && this.code != ProblemCode.OUTBOX_REPLAY_ORDER;
    }
}
