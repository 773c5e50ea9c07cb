package io.integrationkit.autoconfigure.event;

import io.integrationkit.event.EventTypes;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** Auto-configuration of the registry of event types. */
@AutoConfiguration
public final class EventAutoConfiguration {

    EventAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EventTypes integrationEventTypes(Environment environment) {
        return new EventTypes(environment::resolveRequiredPlaceholders);
    }
}
