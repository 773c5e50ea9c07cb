package io.integrationkit.benchmarks;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RetryPolicy;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Failsafe, called directly: it has neither annotations nor meters, so there is no proxy in these figures. */
public class FailsafeBenchmark {

    /** Retry and circuit breaker. */
    @Benchmark
    public int retryAndBreaker(Contest contest, Caller caller) {
        int number = caller.next();
        return contest.retryAndBreaker.get(() -> number + 1);
    }

    /** Retry only, of a call that fails twice. */
    @Benchmark
    public int failsTwice(Contest contest, Caller caller) {
        caller.failing(2);
        return contest.retry.get(caller::answer);
    }

    @State(Scope.Benchmark)
    public static class Contest {

        private final RetryPolicy<Integer> policy =
                RetryPolicy.<Integer>builder().withMaxAttempts(3).build();

        final FailsafeExecutor<Integer> retry = Failsafe.with(this.policy);

        final FailsafeExecutor<Integer> retryAndBreaker = Failsafe.with(
                this.policy,
                CircuitBreaker.<Integer>builder()
                        .withFailureRateThreshold(50, 20, java.time.Duration.ofSeconds(10))
                        .build());
    }
}
