package io.integrationkit.reliable;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryRules.Wait;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended and what follows from it.
 *
 * @param failure how it failed, or {@code null} if it had a result
 * @param result its result
 * @param category category of the failure, or of a result that is not wanted
 * @param settled what was in force
 * @param verdict whether there is another attempt; {@code null} if the question does not arise
 */
record Ending(
        @Nullable Throwable failure,
        @Nullable Object result,
        @Nullable FailureCategory category,
        Settled settled,
        @Nullable Verdict verdict) {

    /** The wait before the next attempt, or {@code null} if there is none. */
    @Nullable
    Duration pause() {
        return (this.verdict instanceof Wait next) ? next.duration() : null;
    }

    /** What the caller gets if this was the last attempt. */
    @Nullable
    Object answer() throws Throwable {
        if (this.failure != null) {
            throw this.failure;
        }
        return this.result;
    }
}
