package io.integrationkit.reliable;

import io.integrationkit.context.Deadline;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt works with; made anew when a setting changes.
 *
 * @param policy the values
 * @param rules whether there is another attempt
 * @param admission what an attempt has to pass
 * @param shared what the operations of the policy share
 * @param timed whether the time of an attempt is limited
 * @param notesRequests whether it matters which requests a failed attempt sent
 */
record Settled(
        Policy policy,
        RetryRules rules,
        Admission admission,
        SharedState shared,
        boolean timed,
        boolean notesRequests) {

    /**
     * Tells how long an attempt that begins now may take.
     *
     * @param deadline deadline of the call, or {@code null}
     * @return the time, positive; or {@code null} for any
     */
    @Nullable
    Duration timeForAttempt(@Nullable Deadline deadline) {
        Duration attempt = this.policy.attemptTimeout();
        if (deadline == null || !this.timed) {
            return attempt;
        }
        Duration remaining = deadline.remaining();
        if (remaining.isNegative() || remaining.isZero()) {
            remaining = Duration.ofNanos(1);
        }
        return (attempt == null || remaining.compareTo(attempt) < 0) ? remaining : attempt;
    }
}
