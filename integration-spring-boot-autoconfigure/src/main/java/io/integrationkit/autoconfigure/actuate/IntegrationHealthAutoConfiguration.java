package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.IntegrationHealth;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.reliable.CircuitBreakers;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the health {@code integration}. */
@AutoConfiguration(
        afterName = {
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration",
            "io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration",
            "io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration"
        })
public final class IntegrationHealthAutoConfiguration {

    IntegrationHealthAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({CompositeHealthContributor.class, ConditionalOnEnabledHealthIndicator.class})
    @ConditionalOnEnabledHealthIndicator("integration")
    static class HealthConfiguration {

        @Bean
        @ConditionalOnMissingBean(name = "integrationHealthContributor")
        CompositeHealthContributor integrationHealthContributor(
                CircuitBreakers breakers,
                ObjectProvider<OutboxStatistics> outbox,
                ObjectProvider<OutboxOperations> operations,
                ObjectProvider<OutboxKeys> keys,
                DeadLetters deadLetters) {
            return IntegrationHealth.of(
                    breakers, outbox.getIfAvailable(), operations.getIfAvailable(), keys.getIfAvailable(), deadLetters);
        }
    }
}
