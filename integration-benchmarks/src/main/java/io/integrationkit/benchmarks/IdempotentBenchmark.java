package io.integrationkit.benchmarks;

import io.integrationkit.idempotency.Idempotent;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Calls of an {@code @Idempotent} method whose result is known, with the keys in memory; meters on as by default. */
public class IdempotentBenchmark {

    @Benchmark
    public Object known(Kit kit, Request request) {
        return kit.orders.find("order-4711");
    }

    @State(Scope.Benchmark)
    public static class Kit {

        private final ConfigurableApplicationContext context =
                Contestant.start(Contestant.INTEGRATION_KIT, Application.class, Map.of());

        final Orders orders = this.context.getBean(Orders.class);

        public Kit() {
            Checks.proxied(this.orders);
            Checks.answers(this.orders.find("order-4711"), "order-4711 #1");
            Checks.answers(this.orders.find("order-4711"), "order-4711 #1");
            Checks.answers(this.orders.find("order-4712"), "order-4712 #2");
            Checks.metered(this.context, "integration.calls");
        }

        @TearDown
        public void stop() {
            this.context.close();
        }
    }

    /** The annotated method. */
    public static class Orders {

        private int calls;

        @Idempotent(key = "#id")
        public String find(String id) {
            return id + " #" + ++this.calls;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean
        Orders orders() {
            return new Orders();
        }
    }
}
