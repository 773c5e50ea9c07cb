package io.integrationkit.benchmarks;

import io.integrationkit.reliable.Reliable;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.annotations.TearDown;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** An application with our starter, its meters on as they are by default. Rows differ in their configuration. */
abstract class KitApplication {

    static final String POLICY = "integration.reliable.policies.bench.";

    static final Map<String, String> RETRY_ONLY = Map.of(POLICY + "circuit-breaker.enabled", "false");

    static final Map<String, String> FULL = Map.of(
            POLICY + "bulkhead.max-concurrent", "1000",
            POLICY + "rate-limit.permits", "1000000000",
            POLICY + "rate-limit.period", "1s",
            POLICY + "rate-limit.burst", "1000000");

    /** Attempts follow each other at once: waiting is not what is measured. */
    static final Map<String, String> NO_WAITS = Map.of(POLICY + "base-delay", "0", POLICY + "jitter", "none");

    final Greeter greeter;

    final ConfigurableApplicationContext context;

    KitApplication(Map<String, String> properties) {
        this(Application.class, properties);
    }

    KitApplication(Class<?> application, Map<String, String> properties) {
        this.context = Contestant.start(Contestant.INTEGRATION_KIT, application, properties);
        this.greeter = this.context.getBean(Greeter.class);
        Checks.proxied(this.greeter);
        Checks.answers(this.greeter.greet(1), 2);
        Checks.metered(this.context, "integration.calls");
    }

    @TearDown
    public void stop() {
        this.context.close();
    }

    static Map<String, String> with(Map<String, String> settings, Map<String, String> more) {
        Map<String, String> all = new HashMap<>(settings);
        all.putAll(more);
        return all;
    }

    /** The annotated methods. */
    public static class Greeter {

        @Reliable("bench")
        public int greet(int number) {
            return number + 1;
        }

        @Reliable("bench")
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
