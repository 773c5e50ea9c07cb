package io.integrationkit.benchmarks;

import io.integrationkit.reliable.Reliable;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The full stack around a method whose result comes later: here it is there already. */
public class AsyncReliableBenchmark {

    @Benchmark
    public int full(Kit kit, Request request, Caller caller) {
        return kit.greeter.greet(caller.next()).join();
    }

    @State(Scope.Benchmark)
    public static class Kit {

        private final ConfigurableApplicationContext context =
                Contestant.start(Contestant.INTEGRATION_KIT, Application.class, KitApplication.FULL);

        final Greeter greeter = this.context.getBean(Greeter.class);

        public Kit() {
            Checks.proxied(this.greeter);
            Checks.answers(this.greeter.greet(1).join(), 2);
        }

        @TearDown
        public void stop() {
            this.context.close();
        }
    }

    /** The annotated method. */
    public static class Greeter {

        @Reliable("bench")
        public CompletableFuture<Integer> greet(int number) {
            return CompletableFuture.completedFuture(number + 1);
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
