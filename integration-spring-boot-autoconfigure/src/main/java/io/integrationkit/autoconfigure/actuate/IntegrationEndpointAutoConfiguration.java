package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.IntegrationEndpoint;
import io.integrationkit.actuate.IntegrationEndpointWebExtension;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.StateStore;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.SharedStates;
import io.integrationkit.verification.StartupReport;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of {@code /actuator/integration}. */
@AutoConfiguration(
        afterName = {
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration",
            "io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration"
        })
public final class IntegrationEndpointAutoConfiguration {

    IntegrationEndpointAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
    @ConditionalOnAvailableEndpoint(IntegrationEndpoint.class)
    static class Endpoint {

        @Bean
        @ConditionalOnMissingBean
        IntegrationEndpoint integrationEndpoint(
                OperationRegistry registry,
                ObjectProvider<StateStore> stores,
                StartupReport report,
                CircuitBreakers breakers,
                SharedStates shared,
                PolicyChanges changes) {
            return new IntegrationEndpoint(
                    registry, stores.orderedStream().toList(), report::findings, breakers, shared, changes);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
        IntegrationEndpointWebExtension integrationEndpointWebExtension(IntegrationEndpoint endpoint) {
            return new IntegrationEndpointWebExtension(endpoint);
        }
    }
}
