package io.integrationkit.reliable;

import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RetryBudget;
import org.jspecify.annotations.Nullable;

/**
 * What bounds the load of a policy, at one moment; {@code null} where it has no such bound.
 *
 * @param policy name of the policy
 * @param permitsLeft calls that the rate limit would let begin now
 * @param running calls in the bulkhead
 * @param waiting calls that wait for the bulkhead
 * @param retriesLeft retries that the budget would allow now
 * @param retriesRefused retries that the budget refused since it exists
 */
public record LimitStatus(
        String policy,
        @Nullable Double permitsLeft,
        @Nullable Integer running,
        @Nullable Integer waiting,
        @Nullable Double retriesLeft,
        @Nullable Long retriesRefused) {

    static LimitStatus of(String policy, SharedState state, long now) {
        RateLimiter limiter = state.limiter();
        Bulkhead bulkhead = state.bulkhead();
        RetryBudget budget = state.budget();
        return new LimitStatus(
                policy,
                (limiter != null) ? limiter.available(now) : null,
                (bulkhead != null) ? bulkhead.running() : null,
                (bulkhead != null) ? bulkhead.waiting() : null,
                (budget != null) ? budget.available(now) : null,
                (budget != null) ? budget.refused() : null);
    }
}
