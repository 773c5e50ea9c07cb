package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RetryBudget;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of a policy share; each is {@code null} where the policy has none.
 *
 * @param breaker the circuit breaker
 * @param limiter the rate limit
 * @param bulkhead the bulkhead
 * @param budget the retry budget
 */
record SharedState(
        @Nullable CircuitBreaker breaker,
        @Nullable RateLimiter limiter,
        @Nullable Bulkhead bulkhead,
        @Nullable RetryBudget budget) {

    static final SharedState NOTHING = new SharedState(null, null, null, null);

    Admission admission() {
        return new Admission(this.breaker, this.limiter, this.bulkhead);
    }

    /** What a log line tells about it. */
    String describe(long now) {
        StringBuilder text = new StringBuilder("circuit breaker ");
        text.append((this.breaker != null) ? this.breaker.status(now).state() : "off");
        if (this.budget != null) {
            text.append(", retries left ").append((long) this.budget.available(now));
        }
        return text.toString();
    }
}
