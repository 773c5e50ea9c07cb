package io.integrationkit.limit;

import static io.integrationkit.failure.InvalidSettingException.check;

/**
 * How many retries there may be beside the calls, so that a callee in trouble does not get a multiple of its load.
 *
 * @param percent retries for each hundred calls of the latest ten seconds
 * @param minPerSecond retries that are allowed each second however few calls there are
 */
public record RetryBudgetSpec(int percent, int minPerSecond) {

    private static final int MOST = 1_000_000;

    public RetryBudgetSpec {
        check(percent >= 0 && percent <= 1000, "retry-budget.percent", "from 0 to 1000");
        check(minPerSecond >= 0 && minPerSecond <= MOST, "retry-budget.min-per-second", "from 0 to 1000000");
    }
}
