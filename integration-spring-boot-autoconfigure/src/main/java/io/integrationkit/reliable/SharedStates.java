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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the operations of each policy share: circuit breaker, rate limit, bulkhead and retry budget. It exists from the
 * moment the plan of the first operation is made; a changed setting changes it in place, so that calls that are running
 * are still counted. Safe for use by any number of threads.
 */
public final class SharedStates {

    private final Map<String, SharedState> states = new HashMap<>();

    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

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
    SharedState of(Policy policy) {
        SharedState state = settle(policy);
        this.listeners.forEach((listener) -> listener.accept(policy.name()));
        return state;
    }

    private synchronized SharedState settle(Policy policy) {
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
     * Asks to be told of each policy that has such a state: at once of those that have, and later of each whose state was
     * made or changed, which may happen several times.
     *
     * @param listener gets the name of the policy; called by any thread, must be short and must not throw
     */
    public void onSettle(Consumer<String> listener) {
        this.listeners.add(listener);
        all().forEach((limits) -> listener.accept(limits.policy()));
    }

    /**
     * Looks at the limits of one policy.
     *
     * @param policy name of the policy
     * @return their state at this moment, or {@code null} if no operation has such a policy
     */
    public synchronized @Nullable LimitStatus find(String policy) {
        SharedState state = this.states.get(policy);
        return (state != null) ? LimitStatus.of(policy, state, this.time.nanoTime()) : null;
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
