package io.integrationkit.autoconfigure.deduplicate;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StateStore;
import io.integrationkit.deduplicate.DeduplicatedMessages;
import io.integrationkit.deduplicate.DeduplicationSpec;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of {@code @Deduplicate}, with the inbox in the database where there is one. */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class},
        afterName = "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration")
@EnableConfigurationProperties(DeduplicateProperties.class)
public final class DeduplicateAutoConfiguration {

    DeduplicateAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    Inbox integrationInbox(DeduplicateProperties properties, ObjectProvider<JdbcAccess> access) {
        DeduplicationSpec spec = properties.toSpec();
        JdbcAccess database = properties.getStore().database("integration.deduplicate.store", access);
        return (database != null) ? Inbox.jdbc(database, spec.retention()) : Inbox.inMemory(spec.maxEntries());
    }

    @Bean
    DeduplicatedMessages integrationDeduplicatedMessages(
            Inbox inbox, DeduplicateProperties properties, SettingSources sources) {
        return new DeduplicatedMessages(inbox, properties.toSpec(), sources);
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
}
