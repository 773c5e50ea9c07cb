package io.integrationkit.benchmarks;

import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Spring's own {@code @Cacheable} over Caffeine as it costs least: its entries never expire, and the argument itself is the
 * key. It has no meters per method.
 */
public class SpringCacheableBenchmark {

    @Benchmark
    public Object known(Contest contest) {
        return contest.orders.find("order-4711");
    }

    @State(Scope.Benchmark)
    public static class Contest {

        private final ConfigurableApplicationContext context = Contestant.start(
                Contestant.SPRING,
                Application.class,
                Map.of(
                        "spring.cache.type", "caffeine",
                        "spring.cache.cache-names", "orders",
                        "spring.cache.caffeine.spec", "maximumSize=100000"));

        final Orders orders = this.context.getBean(Orders.class);

        public Contest() {
            Checks.proxied(this.orders);
            Checks.answers(this.orders.find("order-4711"), "order-4711 #1");
            Checks.answers(this.orders.find("order-4711"), "order-4711 #1");
            Checks.answers(this.orders.find("order-4712"), "order-4712 #2");
        }

        @TearDown
        public void stop() {
            this.context.close();
        }
    }

    /** The annotated method. */
    public static class Orders {

        private int calls;

        @Cacheable("orders")
        public String find(String id) {
            return id + " #" + ++this.calls;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableCaching
    static class Application {

        @Bean
        Orders orders() {
            return new Orders();
        }
    }
}
