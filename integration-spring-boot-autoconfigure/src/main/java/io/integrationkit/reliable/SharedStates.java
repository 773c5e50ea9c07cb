package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.limit.RetryBudget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of each policy share: circuit breaker, rate limit, bulkhead and retry budget. It exists from the
 * moment the plan of the first operation is made; a changed setting changes it in place, so that calls that are running
 * are still counted. Safe for use by any number of threads.
 */
public final class SharedStates {

    private final Map<String, SharedState> states = new HashMap<>();

    private final CircuitBreakers breakers;

    private final RateLimiters limiters;

    private final TimeSource time;

    /**
     * Creates the states.
     *
     * @param breakers the circuit breakers
     * @param limiters makes the rate limits
     * @param time measures
     */
    public SharedStates(CircuitBreakers breakers, RateLimiters limiters, TimeSource time) {
        this.breakers = breakers;
        this.limiters = limiters;
        this.time = time;
    }

    /** Brings the state of a policy in step with its values; nothing happens if it is. */
    synchronized SharedState of(Policy policy) {
        SharedState before = this.states.getOrDefault(policy.name(), SharedState.NOTHING);
        SharedState after = new SharedState(
                this.breakers.settle(policy.name(), policy.circuitBreaker()),
                limiter(before.limiter(), policy),
                bulkhead(before.bulkhead(), policy),
                budget(before.budget(), policy));
        this.states.put(policy.name(), after);
        return after;
    }

    private @Nullable RateLimiter limiter(@Nullable RateLimiter before, Policy policy) {
        if (policy.rateLimit() == null) {
            return null;
        }
        return (before != null && before.spec().equals(policy.rateLimit()))
                ? before
                : this.limiters.create(policy.name(), policy.rateLimit(), this.time.nanoTime());
    }

    private static @Nullable Bulkhead bulkhead(@Nullable Bulkhead before, Policy policy) {
        if (policy.bulkhead() == null) {
            return null;
        }
        if (before == null) {
            return new Bulkhead(policy.bulkhead());
        }
        if (!before.spec().equals(policy.bulkhead())) {
            before.change(policy.bulkhead());
        }
        return before;
    }

    private @Nullable RetryBudget budget(@Nullable RetryBudget before, Policy policy) {
        if (policy.retryBudget() == null) {
            return null;
        }
        if (before == null) {
            return new RetryBudget(policy.retryBudget(), this.time.nanoTime());
        }
        if (!before.spec().equals(policy.retryBudget())) {
            before.change(policy.retryBudget());
        }
        return before;
    }

    /**
     * Looks at all limits.
     *
     * @return their state at this moment, by name of the policy
     */
    public synchronized List<LimitStatus> all() {
        List<LimitStatus> all = new ArrayList<>();
        long now = this.time.nanoTime();
        new TreeMap<>(this.states).forEach((policy, state) -> all.add(LimitStatus.of(policy, state, now)));
        return List.copyOf(all);
    }
}
