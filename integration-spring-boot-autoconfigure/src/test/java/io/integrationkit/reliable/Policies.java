package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.limit.BulkheadSpec;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.limit.RetryBudgetSpec;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A policy as tests put it together: a retry that waits for nothing, and nothing else. */
final class Policies {

    static final RetrySpec AT_ONCE = new RetrySpec(3, Duration.ZERO, Duration.ofSeconds(1), 1, Jitter.NONE, null);

    private final TimeSource time;

    private final CircuitBreakers breakers;

    private RetrySpec retry = AT_ONCE;

    private @Nullable Duration attemptTimeout;

    private @Nullable Duration deadline;

    private @Nullable RetryBudgetSpec budget;

    private @Nullable CircuitBreakerSpec breaker;

    private @Nullable RateLimitSpec rateLimit;

    private @Nullable BulkheadSpec bulkhead;

    private UnknownOutcome unknownOutcome = UnknownOutcome.RETRY;

    private boolean joinsTransaction = true;

    private @Nullable ResultCheck results;

    private Executor executor = Runnable::run;

    private RateLimiters limiters = RateLimiters.local();

    private List<FailureClassifier> classifiers = List.of();

    Policies(TimeSource time) {
        this.time = time;
        this.breakers = new CircuitBreakers(time);
    }

    CircuitBreakers breakers() {
        return this.breakers;
    }

    Policies retry(RetrySpec spec) {
        this.retry = spec;
        return this;
    }

    Policies attemptTimeout(Duration timeout) {
        this.attemptTimeout = timeout;
        return this;
    }

    Policies deadline(Duration allowed) {
        this.deadline = allowed;
        return this;
    }

    Policies budget(int percent, int minPerSecond) {
        this.budget = new RetryBudgetSpec(percent, minPerSecond);
        return this;
    }

    Policies breaker(CircuitBreakerSpec spec) {
        this.breaker = spec;
        return this;
    }

    Policies rateLimit(RateLimitSpec spec) {
        this.rateLimit = spec;
        return this;
    }

    Policies bulkhead(int maxConcurrent, Duration maxWait) {
        this.bulkhead = new BulkheadSpec(maxConcurrent, maxWait);
        return this;
    }

    Policies unknownOutcome(UnknownOutcome rule) {
        this.unknownOutcome = rule;
        return this;
    }

    Policies joinsTransaction(boolean joins) {
        this.joinsTransaction = joins;
        return this;
    }

    Policies results(ResultCheck check) {
        this.results = check;
        return this;
    }

    Policies executor(Executor runs) {
        this.executor = runs;
        return this;
    }

    Policies limiters(RateLimiters makes) {
        this.limiters = makes;
        return this;
    }

    Policies classifier(FailureClassifier asked) {
        this.classifiers = List.of(asked);
        return this;
    }

    SettledPolicy settle() {
        return settle(new OperationPolicy("operation 'bean.work'", null, policy(), new ReentrantLock()));
    }

    SettledPolicy settle(OperationPolicy policy) {
        SharedStates shared = new SharedStates(this.breakers, this.limiters, this.time);
        return new SettledPolicy(policy, shared, this.unknownOutcome, new Random(1));
    }

    Policy policy() {
        return new Policy(
                "chat",
                this.retry,
                this.attemptTimeout,
                this.deadline,
                OnExhausted.RETHROW,
                this.budget,
                this.breaker,
                this.rateLimit,
                this.bulkhead,
                List.of());
    }

    AttemptTools tools() {
        return new AttemptTools(
                new FailureClassification(this.classifiers, this.time::now),
                this.time,
                this.executor,
                this.joinsTransaction,
                this.results);
    }
}
