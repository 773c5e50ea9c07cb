package io.integrationkit.benchmarks;

import io.github.resilience4j.bulkhead.annotation.Bulkhead;
import io.github.resilience4j.circuitbreaker.annotation.CircuitBreaker;
import io.github.resilience4j.ratelimiter.annotation.RateLimiter;
import io.github.resilience4j.retry.annotation.Retry;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Resilience4j through its own starter, with the meters it registers by default. */
public class Resilience4jBenchmark {

    /** Retry only. */
    @Benchmark
    public int retry(Contest contest, Caller caller) {
        return contest.greeter.retried(caller.next());
    }

    /** Retry, circuit breaker, bulkhead and rate limiter. */
    @Benchmark
    public int fourAnnotations(Contest contest, Caller caller) {
        return contest.greeter.full(caller.next());
    }

    /** Retry only, of a call that fails twice. */
    @Benchmark
    public int failsTwice(Contest contest, Caller caller) {
        return contest.greeter.failing(caller.failing(2));
    }

    @State(Scope.Benchmark)
    public static class Contest {

        private final ConfigurableApplicationContext context = Contestant.start(
                Contestant.RESILIENCE4J,
                Application.class,
                Map.of(
                        "resilience4j.retry.instances.bench.max-attempts", "3",
                        "resilience4j.retry.instances.bench.wait-duration", "0",
                        "resilience4j.bulkhead.instances.bench.max-concurrent-calls", "1000",
                        "resilience4j.ratelimiter.instances.bench.limit-for-period", "1000000000",
                        "resilience4j.ratelimiter.instances.bench.limit-refresh-period", "1s",
                        "resilience4j.ratelimiter.instances.bench.timeout-duration", "0"));

        final Greeter greeter = this.context.getBean(Greeter.class);

        public Contest() {
            Checks.proxied(this.greeter);
            Checks.answers(this.greeter.retried(1), 2);
            Checks.answers(this.greeter.full(1), 2);
            this.greeter.failing(new Caller().failing(2));
            Checks.metered(this.context, "resilience4j.circuitbreaker.calls");
        }

        @TearDown
        public void stop() {
            this.context.close();
        }
    }

    /** The annotated methods. */
    public static class Greeter {

        @Retry(name = "bench")
        public int retried(int number) {
            return number + 1;
        }

        @Retry(name = "bench")
        @CircuitBreaker(name = "bench")
        @Bulkhead(name = "bench")
        @RateLimiter(name = "bench")
        public int full(int number) {
            return number + 1;
        }

        @Retry(name = "bench")
        public int failing(Caller caller) {
            return caller.answer();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Greeter greeter() {
            return new Greeter();
        }
    }
}
