package io.integrationkit.benchmarks;

import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

/** Spring's own {@code @Retryable}; it has no meters. */
public class SpringRetryableBenchmark {

    /** Retry only. */
    @Benchmark
    public int retry(Contest contest, Caller caller) {
        return contest.greeter.greet(caller.next());
    }

    /** Retry only, of a call that fails twice. */
    @Benchmark
    public int failsTwice(Contest contest, Caller caller) {
        return contest.greeter.failing(caller.failing(2));
    }

    @State(Scope.Benchmark)
    public static class Contest {

        private final ConfigurableApplicationContext context =
                Contestant.start(Contestant.SPRING, Application.class, Map.of());

        final Greeter greeter = this.context.getBean(Greeter.class);

        public Contest() {
            Checks.proxied(this.greeter);
            Checks.answers(this.greeter.greet(1), 2);
            this.greeter.failing(new Caller().failing(2));
        }

        @TearDown
        public void stop() {
            this.context.close();
        }
    }

    /** The annotated methods. */
    public static class Greeter {

        @Retryable(maxRetries = 2, delay = 0)
        public int greet(int number) {
            return number + 1;
        }

        @Retryable(maxRetries = 2, delay = 0)
        public int failing(Caller caller) {
            return caller.answer();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableResilientMethods
    static class Application {

        @Bean
        Greeter greeter() {
            return new Greeter();
        }
    }
}
