package io.integrationkit.autoconfigure.deduplicate;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deduplicate.DeduplicatedMessages;
import io.integrationkit.deduplicate.DeduplicationSpec;
import io.integrationkit.deduplicate.DeduplicationStatistics;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.RedisInbox;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import io.lettuce.core.AbstractRedisClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration of {@code @Deduplicate}, with the inbox in Redis if that is asked for, else in the database where
 * there is one, else in memory.
 */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class},
        afterName = {
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration",
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"
        })
@EnableConfigurationProperties(DeduplicateProperties.class)
public final class DeduplicateAutoConfiguration {

    private static final String STORE = "integration.deduplicate.store";

    DeduplicateAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    Inbox integrationInbox(
            DeduplicateProperties properties, ObjectProvider<JdbcAccess> access, ResourceLoader resources) {
        DeduplicationSpec spec = properties.toSpec();
        JdbcAccess database = properties.getStore().database(STORE, access, resources.getClassLoader());
        return (database != null) ? Inbox.jdbc(database, spec.retention()) : Inbox.inMemory(spec.maxEntries());
    }

    @Bean
    @ConditionalOnMissingBean
    DeduplicationStatistics integrationDeduplicationStatistics() {
        return new DeduplicationStatistics();
    }

    @Bean
    DeduplicatedMessages integrationDeduplicatedMessages(
            Inbox inbox, DeduplicateProperties properties, SettingSources sources, DeduplicationStatistics statistics) {
        return new DeduplicatedMessages(inbox, properties.toSpec(), sources, statistics);
    }

    @Bean
    StateStore integrationInboxState(Inbox inbox) {
        return new StateStore("deduplicate", inbox.engine(), inbox.durable(), "handled messages");
    }

    @Bean
    @ConditionalOnBean(JdbcAccess.class)
    ExpiredRows integrationExpiredMessages(Inbox inbox) {
        return new ExpiredRows("messages", inbox::deleteExpired, ExpiredRows.INTERVAL);
    }

    /** A class of its own, which is read before the beans above: only where it does not apply, one of theirs is made. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnProperty(name = STORE, havingValue = "redis")
    @ConditionalOnClass({AbstractRedisClient.class, LettuceConnectionFactory.class})
    @ConditionalOnSingleCandidate(LettuceConnectionFactory.class)
    @ConditionalOnMissingBean(Inbox.class)
    static class Redis {

        @Bean
        RedisInbox integrationRedisInbox(
                LettuceConnectionFactory redis, DeduplicateProperties properties, TimeSource time) {
            return RedisInbox.over(
                    redis::getRequiredNativeClient,
                    properties.getRedisKeyPrefix(),
                    properties.toSpec(),
                    properties.getRedisTimeout(),
                    time);
        }
    }
}
