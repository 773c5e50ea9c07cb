package io.integrationkit.reliable;

import static io.integrationkit.failure.InvalidSettingException.LONGEST;
import static io.integrationkit.failure.InvalidSettingException.check;
import static io.integrationkit.failure.InvalidSettingException.checkDuration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How often and after which waits a call is attempted.
 *
 * @param maxAttempts most attempts, the first included
 * @param baseDelay wait after the first attempt
 * @param maxDelay longest wait; a callee that asks for more is not asked again
 * @param multiplier growth of the wait with each attempt
 * @param jitter how the wait is spread
 * @param maxElapsed time since the beginning of the call after which no further attempt begins, or {@code null} for any
 */
record RetrySpec(
        int maxAttempts,
        Duration baseDelay,
        Duration maxDelay,
        double multiplier,
        Jitter jitter,
        @Nullable Duration maxElapsed) {

    private static final double LARGEST_MULTIPLIER = 1000;

    RetrySpec {
        check(maxAttempts >= 1, "max-attempts", "at least 1");
        check(!baseDelay.isNegative(), "base-delay", "zero or more");
        check(baseDelay.compareTo(maxDelay) <= 0, "base-delay", "at most max-delay, which is " + Shown.of(maxDelay));
        check(maxDelay.compareTo(LONGEST) <= 0, "max-delay", "at most " + LONGEST.toDays() + "d");
        check(multiplier >= 1 && multiplier <= LARGEST_MULTIPLIER, "multiplier", "a number from 1 to 1000");
        if (maxElapsed != null) {
            checkDuration(maxElapsed, "max-elapsed");
        }
    }
}
