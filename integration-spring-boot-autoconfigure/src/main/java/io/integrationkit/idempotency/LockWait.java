package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a statement about a key waits for other transactions.
 *
 * @param longest how long at most, or {@code null} for as long as the connection waits by default
 * @param joined whether the statement is part of a transaction of others, for which nothing may stay set
 */
record LockWait(@Nullable Duration longest, boolean joined) {

    /** Whole milliseconds, rounded up, one at least: zero would mean no limit. */
    static long millis(Duration longest) {
        return Math.max(1, Math.min(longest.plusNanos(999_999).toMillis(), Integer.MAX_VALUE));
    }

    /** Whole seconds, rounded up. */
    static int seconds(Duration longest) {
        return (int) Math.max(0, Math.min(longest.plusNanos(999_999_999).toSeconds(), 1_000_000));
    }
}
