package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deduplicate.Deduplicate;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What meters tell of duplicates, by consumer. */
class DuplicateMetersTests {

    private static final String DUPLICATES = "integration.deduplicate.duplicates";

    private final ApplicationContextRunner withoutRegistry = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withBean("listener", Listener.class);

    static class Listener {

        @Deduplicate(id = "#item", consumer = "batches")
        public void onAll(List<String> ids) {}

        @Deduplicate(id = "#id")
        public void on(String id) {}
    }

    @Test
    void duplicatesAreCountedEachOfABatchToo() {
        this.withoutRegistry
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .run((context) -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    assertThat(duplicates(registry, "batches")).isZero();
                    Listener listener = context.getBean(Listener.class);
                    listener.onAll(List.of("a", "b", "a"));
                    listener.onAll(List.of("b", "a", "c"));
                    listener.on("a");
                    listener.on("a");
                    assertThat(duplicates(registry, "batches")).isEqualTo(3);
                    assertThat(duplicates(registry, "listener.on")).isEqualTo(1);
                });
    }

    private static double duplicates(MeterRegistry registry, String consumer) {
        return registry.get(DUPLICATES)
                .tag("consumer", consumer)
                .functionCounter()
                .count();
    }
}
