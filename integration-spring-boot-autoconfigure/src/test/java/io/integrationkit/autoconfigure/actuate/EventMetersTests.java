package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.actuate.EventMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.ReceivedEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class EventMetersTests {

    private final ApplicationContextRunner withoutEvents = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new);

    @Test
    void whatNobodyHandlesIsCounted() {
        this.withoutEvents
                .withConfiguration(AutoConfigurations.of(EventAutoConfiguration.class))
                .run((context) -> {
                    context.getBean(EventProcessor.class)
                            .process(
                                    new ReceivedEvent("1", "shop", "order.gone", 1, null, null, new byte[0], Map.of()),
                                    "orders");
                    assertThat(context.getBean(MeterRegistry.class)
                                    .get("integration.events.skipped")
                                    .functionCounter()
                                    .count())
                            .isEqualTo(1);
                });
    }

    @Test
    void withoutAProcessorThereIsNothingToCount() {
        this.withoutEvents.run((context) -> assertThat(context).doesNotHaveBean(EventMeters.class));
    }
}
