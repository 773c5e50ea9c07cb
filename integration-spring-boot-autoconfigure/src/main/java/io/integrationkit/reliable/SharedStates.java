package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimitSpec;
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

    /** Rate limiters that are made and not in force yet, by policy. */
    private final Map<String, RateLimiter> spare = new HashMap<>();

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

    /**
     * Does what may fail before the state of a policy is in step with its values: makes the rate limiter, which belongs
     * to whoever defined {@link RateLimiters}. The changes of one policy must come one after the other.
     */
    synchronized Prepared prepare(Policy policy) {
        SharedState before = this.states.getOrDefault(policy.name(), SharedState.NOTHING);
        return new Prepared(this, policy, before, limiter(before.limiter(), policy));
    }

    /** The operations of a policy are prepared one after the other, and must get the same. */
    private @Nullable RateLimiter limiter(@Nullable RateLimiter before, Policy policy) {
        RateLimitSpec wanted = policy.rateLimit();
        if (wanted == null) {
            return null;
        }
        if (before != null && before.spec().equals(wanted)) {
            return before;
        }
        RateLimiter made = this.spare.get(policy.name());
        if (made == null || !made.spec().equals(wanted)) {
            made = this.limiters.create(policy.name(), wanted, this.time.nanoTime());
            this.spare.put(policy.name(), made);
        }
        return made;
    }

    private SharedState putInForce(Policy policy, @Nullable RateLimiter limiter) {
        SharedState after;
        synchronized (this) {
            SharedState before = this.states.getOrDefault(policy.name(), SharedState.NOTHING);
            after = new SharedState(
                    this.breakers.settle(policy.name(), policy.circuitBreaker()),
                    limiter,
                    bulkhead(before.bulkhead(), policy),
                    budget(before.budget(), policy));
            this.states.put(policy.name(), after);
            this.spare.remove(policy.name());
        }
        this.listeners.forEach((listener) -> listener.accept(policy.name()));
        return after;
    }

    private synchronized void takeBack(Policy policy, SharedState before) {
        this.spare.remove(policy.name());
        if (this.states.getOrDefault(policy.name(), SharedState.NOTHING) == before) {
            return;
        }
        this.breakers.restore(policy.name(), before.breaker());
        if (before.breaker() != null) {
            this.breakers.settle(policy.name(), policy.circuitBreaker());
        }
        bulkhead(before.bulkhead(), policy);
        budget(before.budget(), policy);
        this.states.put(policy.name(), before);
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

    /** A state that can be put in force. */
    record Prepared(
            SharedStates states,
            Policy policy,
            SharedState before,
            @Nullable RateLimiter limiter) {

        SharedState putInForce() {
            return this.states.putInForce(this.policy, this.limiter);
        }

        /** Puts the state in force again that was, with the values that were. */
        void takeBack(Policy values) {
            this.states.takeBack(values, this.before);
        }
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
