package io.integrationkit.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.event.EventType;
import io.integrationkit.event.EventTypes;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class EventAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EventAutoConfiguration.class));

    @Test
    void destinationsAreResolvedFromTheEnvironment() {
        this.contextRunner
                .withPropertyValues("orders.topic=orders-prod")
                .run((context) -> assertThat(context.getBean(EventTypes.class)
                                .describe(Placed.class)
                                .destination())
                        .isEqualTo("orders-prod"));
    }

    @Test
    void unknownPlaceholderIsNotTakenForATopic() {
        this.contextRunner.run((context) -> org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() -> context.getBean(EventTypes.class).describe(Placed.class))
                .withMessageContaining("orders.topic"));
    }

    @Test
    void registryOfTheApplicationWins() {
        this.contextRunner
                .withUserConfiguration(Own.class)
                .run((context) ->
                        assertThat(context).hasSingleBean(EventTypes.class).hasBean("own"));
    }

    @EventType(value = "order.placed", destination = "${orders.topic}")
    record Placed() {}

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        EventTypes own() {
            return new EventTypes(UnaryOperator.identity());
        }
    }
}
