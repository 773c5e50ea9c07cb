package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.OutboxEndpoint;
import io.integrationkit.actuate.OutboxEndpointWebExtension;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxStatistics;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the {@code outbox} endpoint. */
@AutoConfiguration(after = OutboxAutoConfiguration.class)
public final class OutboxEndpointAutoConfiguration {

    OutboxEndpointAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnBean({OutboxOperations.class, OutboxKeys.class, OutboxStatistics.class})
    @ConditionalOnAvailableEndpoint(OutboxEndpoint.class)
    static class Exposed {

        @Bean
        @ConditionalOnMissingBean
        OutboxEndpoint integrationOutboxEndpoint(
                OutboxOperations operations, OutboxKeys keys, OutboxStatistics statistics) {
            return new OutboxEndpoint(operations, keys, statistics);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
        OutboxEndpointWebExtension integrationOutboxEndpointWebExtension(OutboxEndpoint endpoint) {
            return new OutboxEndpointWebExtension(endpoint);
        }
    }
}
