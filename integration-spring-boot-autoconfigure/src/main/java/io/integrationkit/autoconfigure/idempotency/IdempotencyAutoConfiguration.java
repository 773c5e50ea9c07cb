package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.IdempotentCalls;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of {@code @Idempotent}, with its keys in the database where there is one. */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class},
        afterName = "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration")
@EnableConfigurationProperties(IdempotencyProperties.class)
public final class IdempotencyAutoConfiguration {

    IdempotencyAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    IdempotencyStore integrationIdempotencyStore(
            IdempotencyProperties properties, ObjectProvider<JdbcAccess> access, TimeSource time) {
        JdbcAccess database = properties.getStore().database("integration.idempotency.store", access);
        return (database != null)
                ? IdempotencyStore.jdbc(database)
                : IdempotencyStore.inMemory(properties.getMaxEntries(), time);
    }

    @Bean
    IdempotentCalls integrationIdempotentCalls(
            IdempotencyStore store,
            IdempotencyProperties properties,
            SettingSources sources,
            PayloadCodec codec,
            ObjectProvider<FailureClassification> classification,
            ObjectProvider<FailureClassifier> classifiers,
            TimeSource time) {
        return new IdempotentCalls(
                store,
                properties.toSpec(),
                sources,
                codec,
                classification.getIfAvailable(() ->
                        new FailureClassification(classifiers.orderedStream().toList(), time::now)),
                time);
    }

    @Bean
    StateStore integrationIdempotencyState(IdempotencyStore store) {
        return new StateStore("idempotency", store.engine(), store.durable(), "idempotency keys");
    }

    @Bean
    ExpiredRows integrationExpiredIdempotencyKeys(IdempotencyStore store) {
        return new ExpiredRows("idempotency keys", store::deleteExpired, ExpiredRows.INTERVAL);
    }
}
