package io.integrationkit.limit;

import static io.integrationkit.failure.InvalidSettingException.LONGEST;
import static io.integrationkit.failure.InvalidSettingException.check;

import java.time.Duration;

/**
 * How many calls may run at once.
 *
 * @param maxConcurrent most calls at once
 * @param maxWait longest time a call waits for its turn; zero refuses at once
 */
public record BulkheadSpec(int maxConcurrent, Duration maxWait) {

    private static final int MOST = 1_000_000;

    public BulkheadSpec {
        check(maxConcurrent >= 1 && maxConcurrent <= MOST, "bulkhead.max-concurrent", "from 1 to 1000000");
        check(
                !maxWait.isNegative() && maxWait.compareTo(LONGEST) <= 0,
                "bulkhead.max-wait",
                "zero or more and at most " + LONGEST.toDays() + "d");
    }
}
