package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.IdempotencyEndpoint;
import io.integrationkit.actuate.IdempotencyEndpointWebExtension;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the {@code idempotency} endpoint. */
@AutoConfiguration(after = IdempotencyAutoConfiguration.class)
public final class IdempotencyEndpointAutoConfiguration {

    IdempotencyEndpointAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnBean({IdempotencyStore.class, IdempotencyStatistics.class})
    @ConditionalOnAvailableEndpoint(IdempotencyEndpoint.class)
    static class Exposed {

        @Bean
        @ConditionalOnMissingBean
        IdempotencyEndpoint integrationIdempotencyEndpoint(IdempotencyStore store, IdempotencyStatistics statistics) {
            return new IdempotencyEndpoint(store, statistics);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
        IdempotencyEndpointWebExtension integrationIdempotencyEndpointWebExtension(IdempotencyEndpoint endpoint) {
            return new IdempotencyEndpointWebExtension(endpoint);
        }
    }
}
