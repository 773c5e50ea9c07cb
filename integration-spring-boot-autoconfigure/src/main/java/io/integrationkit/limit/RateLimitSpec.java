package io.integrationkit.limit;

import static io.integrationkit.failure.InvalidSettingException.LONGEST;
import static io.integrationkit.failure.InvalidSettingException.check;
import static io.integrationkit.failure.InvalidSettingException.checkDuration;

import java.time.Duration;

/**
 * How many calls may begin in a time: a token bucket that holds {@code burst} permits and gets {@code permits} new ones,
 * evenly spread, each {@code period}.
 *
 * @param permits calls for each period
 * @param period the period
 * @param burst calls that may begin at once after a pause
 * @param maxWait longest time a call waits for its permit; zero refuses at once
 * @param scope who shares the permits
 */
public record RateLimitSpec(int permits, Duration period, int burst, Duration maxWait, Scope scope) {

    private static final int MOST = 1_000_000_000;

    public RateLimitSpec {
        check(permits >= 1 && permits <= MOST, "rate-limit.permits", "from 1 to 1000000000");
        checkDuration(period, "rate-limit.period");
        check(
                period.toNanos() / permits >= 1,
                "rate-limit.period",
                "long enough for " + permits + " permits, one each nanosecond at the most");
        check(burst >= 1 && burst <= MOST, "rate-limit.burst", "from 1 to 1000000000");
        check(
                !maxWait.isNegative() && maxWait.compareTo(LONGEST) <= 0,
                "rate-limit.max-wait",
                "zero or more and at most " + LONGEST.toDays() + "d");
    }

    /** Who shares the permits of a rate limit. */
    public enum Scope {
        /** The operations of the policy in one instance of the application. */
        INSTANCE,
        /** All instances of the application, through Redis. */
        CLUSTER
    }
}
