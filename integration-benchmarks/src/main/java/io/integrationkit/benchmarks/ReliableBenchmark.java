package io.integrationkit.benchmarks;

import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Calls of {@code @Reliable} methods, by what their policy says. A correlation id is bound unless the name says no. */
public class ReliableBenchmark {

    @Benchmark
    public int retry(RetryOnly kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** Retry only, of a call that fails twice. */
    @Benchmark
    public int failsTwice(RetryOnly kit, Request request, Caller caller) {
        return kit.greeter.failing(caller.failing(2));
    }

    /** Retry, circuit breaker, bulkhead, rate limit. */
    @Benchmark
    public int full(Full kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** The same outside any request: each call draws an id and binds it. */
    @Benchmark
    public int fullWithoutCorrelationId(Full kit, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** Two threads share nothing here: what they lose against one is lost to the machine. */
    @Benchmark
    public int fullOnOwnOperation(Own kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** The first attempt of every tenth call fails. */
    @Benchmark
    public int fullFailingTenth(FullWithoutWaits kit, Request request, Caller caller) {
        return kit.greeter.failing(caller.failingTenth());
    }

    @Benchmark
    public int fullWithHistogram(Histogram kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    @Benchmark
    public int fullWithAttemptTimeout(AttemptTimeout kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next());
    }

    /** Without the breaker and the retry budget, which a callee that fails two times in three would trip at once. */
    @State(Scope.Benchmark)
    public static class RetryOnly extends KitApplication {

        public RetryOnly() {
            super(with(NO_WAITS, with(RETRY_ONLY, Map.of(POLICY + "retry-budget.enabled", "false"))));
            this.greeter.failing(new Caller().failing(2));
        }
    }

    @State(Scope.Benchmark)
    public static class Full extends KitApplication {

        public Full() {
            super(FULL);
        }
    }

    @State(Scope.Thread)
    public static class Own extends KitApplication {

        public Own() {
            super(FULL);
        }
    }

    @State(Scope.Benchmark)
    public static class FullWithoutWaits extends KitApplication {

        public FullWithoutWaits() {
            super(with(FULL, NO_WAITS));
        }
    }

    @State(Scope.Benchmark)
    public static class Histogram extends KitApplication {

        public Histogram() {
            super(with(
                    FULL, Map.of("management.metrics.distribution.percentiles-histogram.integration.calls", "true")));
        }
    }

    @State(Scope.Benchmark)
    public static class AttemptTimeout extends KitApplication {

        public AttemptTimeout() {
            super(with(FULL, Map.of(POLICY + "attempt-timeout", "10s")));
        }
    }
}
