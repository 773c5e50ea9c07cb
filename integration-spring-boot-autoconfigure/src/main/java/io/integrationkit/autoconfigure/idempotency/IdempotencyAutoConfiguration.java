package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StateStore;
import io.integrationkit.call.SteadyExecutor;
import io.integrationkit.call.StepThreads;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.idempotency.CallerScope;
import io.integrationkit.idempotency.Idempotency;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.IdempotencyTools;
import io.integrationkit.idempotency.IdempotentCalls;
import io.integrationkit.idempotency.PrincipalScope;
import io.integrationkit.idempotency.Reconciler;
import io.integrationkit.idempotency.RedisIdempotencyStore;
import io.integrationkit.idempotency.ResultCipher;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import io.lettuce.core.AbstractRedisClient;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.security.core.context.SecurityContextHolder;

/**
 * Auto-configuration of {@code @Idempotent}, with its keys in Redis if that is asked for, else in the database where there
 * is one, else in memory.
 */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class},
        afterName = {
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"
        })
@EnableConfigurationProperties(IdempotencyProperties.class)
public final class IdempotencyAutoConfiguration {

    private static final String STORE = "integration.idempotency.store";

    IdempotencyAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    IdempotencyStore integrationIdempotencyStore(
            IdempotencyProperties properties,
            ObjectProvider<JdbcAccess> access,
            TimeSource time,
            ResourceLoader resources) {
        JdbcAccess database = properties.getStore().database(STORE, access, resources.getClassLoader());
        return (database != null)
                ? IdempotencyStore.jdbc(database)
                : IdempotencyStore.inMemory(properties.getMaxEntries(), time);
    }

    @Bean
    @ConditionalOnMissingBean
    IdempotencyStatistics integrationIdempotencyStatistics() {
        return new IdempotencyStatistics();
    }

    @Bean
    IdempotentCalls integrationIdempotentCalls(
            IdempotencyStore store,
            IdempotencyProperties properties,
            SettingSources sources,
            IdempotencyTools tools,
            IdempotencyStatistics statistics) {
        return new IdempotentCalls(store, properties.toSpec(), sources, tools, statistics);
    }

    @Bean
    @ConditionalOnMissingBean
    Idempotency integrationIdempotency(OperationRegistry registry, IdempotentCalls calls) {
        return new Idempotency(registry, calls);
    }

    @Bean
    IdempotencyTools integrationIdempotencyTools(
            IdempotencyProperties properties,
            PayloadCodec codec,
            ObjectProvider<ResultCipher> cipher,
            ObjectProvider<FailureClassification> classification,
            ObjectProvider<FailureClassifier> classifiers,
            TimeSource time,
            StepThreads threads,
            ObjectProvider<CallerScope> callers,
            ObjectProvider<CurrentTenant> tenants,
            ObjectProvider<Reconciler> reconcilers,
            ListableBeanFactory beanFactory) {
        return new IdempotencyTools(
                codec,
                properties.toResultLimits(cipher.getIfAvailable()),
                classification.getIfAvailable(() ->
                        new FailureClassification(classifiers.orderedStream().toList(), time::now)),
                time,
                new SteadyExecutor(threads.executor()),
                callers.getIfUnique(),
                tenants.getIfUnique(),
                () -> reconcilers.orderedStream().toList(),
                new MethodTransactionManagers(beanFactory),
                properties.getCacheSize().toBytes());
    }

    /** Keys belong to whom Spring Security has authenticated. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(SecurityContextHolder.class)
    static class Callers {

        @Bean
        @ConditionalOnMissingBean
        CallerScope integrationCallerScope() {
            return new PrincipalScope();
        }
    }

    @Bean
    StateStore integrationIdempotencyState(IdempotencyStore store) {
        return new StateStore("idempotency", store.engine(), store.durable(), "idempotency keys");
    }

    @Bean
    ExpiredRows integrationExpiredIdempotencyKeys(IdempotencyStore store) {
        return new ExpiredRows("idempotency keys", store::deleteExpired, ExpiredRows.INTERVAL);
    }

    /** A class of its own, which is read before the beans above: only where it does not apply, one of theirs is made. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = STORE, havingValue = "redis")
    @ConditionalOnClass({AbstractRedisClient.class, LettuceConnectionFactory.class})
    @ConditionalOnSingleCandidate(LettuceConnectionFactory.class)
    @ConditionalOnMissingBean(IdempotencyStore.class)
    static class Redis {

        @Bean
        RedisIdempotencyStore integrationRedisIdempotencyStore(
                LettuceConnectionFactory redis, IdempotencyProperties properties, TimeSource time) {
            return RedisIdempotencyStore.over(
                    redis::getRequiredNativeClient, properties.getRedisKeyPrefix(), properties.getRedisTimeout(), time);
        }
    }
}
