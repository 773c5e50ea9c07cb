package io.integrationkit.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A classified failure.
 *
 * @param category what kind of failure it is
 * @param retryable whether the same call may be tried again
 * @param effectPossible whether the effect may have happened although the call failed (a time-out after the request
 *     was sent); only then a retry can do the work twice
 * @param retryAfter time the callee (or our own refusal) asks to wait, or {@code null} if it named none
 */
public record Failure(
        FailureCategory category,
        boolean retryable,
        boolean effectPossible,
        @Nullable Duration retryAfter) {

    public Failure {
        if (retryAfter != null && retryAfter.isNegative()) {
            retryAfter = Duration.ZERO;
        }
    }

    /**
     * Creates a failure of which the effect certainly did not happen.
     *
     * @param category what kind of failure it is
     * @return the failure, retryable as its category says
     */
    public static Failure of(FailureCategory category) {
        return new Failure(category, category.retryable(), false, null);
    }

    /**
     * Creates a temporary failure whose outcome is unknown: the effect may have happened.
     *
     * @return the failure
     */
    public static Failure outcomeUnknown() {
        return new Failure(FailureCategory.TEMPORARY, true, true, null);
    }

    /**
     * Returns this failure with the time the callee asks to wait.
     *
     * @param wait time to wait before the next attempt, or {@code null} for none
     * @return a copy with that time
     */
    public Failure withRetryAfter(@Nullable Duration wait) {
        return new Failure(this.category, this.retryable, this.effectPossible, wait);
    }
}
