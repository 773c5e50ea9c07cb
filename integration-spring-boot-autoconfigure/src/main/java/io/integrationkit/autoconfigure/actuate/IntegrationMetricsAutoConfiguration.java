package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.CallMeters;
import io.integrationkit.actuate.DeadLetterMeters;
import io.integrationkit.actuate.DeduplicationMeters;
import io.integrationkit.actuate.EventMeters;
import io.integrationkit.actuate.IdempotencyMeters;
import io.integrationkit.actuate.OutboxMeters;
import io.integrationkit.actuate.PolicyMeters;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deduplicate.DeduplicationStatistics;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.SharedStates;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the meters, where the application has a registry for them. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration",
            "io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration",
            "io.integrationkit.autoconfigure.event.EventAutoConfiguration",
            "io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration",
            "io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration",
            "io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration"
        })
public final class IntegrationMetricsAutoConfiguration {

    IntegrationMetricsAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    @ConditionalOnBean(MeterRegistry.class)
    static class Meters {

        @Bean
        @ConditionalOnMissingBean
        CallMeters integrationCallMeters(MeterRegistry registry, ObjectProvider<MeterFilter> filters) {
            return new CallMeters(registry, filters.orderedStream().toList());
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean({OutboxStatistics.class, OutboxKeys.class})
        OutboxMeters integrationOutboxMeters(OutboxStatistics outbox, OutboxKeys keys) {
            return new OutboxMeters(outbox, keys);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean({IdempotencyStore.class, IdempotencyStatistics.class})
        IdempotencyMeters integrationIdempotencyMeters(
                IdempotencyStore store, IdempotencyStatistics statistics, ObjectProvider<MeterFilter> filters) {
            return new IdempotencyMeters(
                    store, statistics, filters.orderedStream().toList());
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean(DeduplicationStatistics.class)
        DeduplicationMeters integrationDeduplicationMeters(
                DeduplicationStatistics statistics, ObjectProvider<MeterFilter> filters) {
            return new DeduplicationMeters(statistics, filters.orderedStream().toList());
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnBean(EventProcessor.class)
        EventMeters integrationEventMeters(EventProcessor processor) {
            return new EventMeters(processor);
        }

        @Bean
        @ConditionalOnMissingBean
        DeadLetterMeters integrationDeadLetterMeters(DeadLetters deadLetters) {
            return new DeadLetterMeters(deadLetters);
        }

        @Bean
        @ConditionalOnMissingBean
        PolicyMeters integrationPolicyMeters(CircuitBreakers breakers, SharedStates shared) {
            return new PolicyMeters(breakers, shared);
        }
    }
}
