package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.replay.AutomaticReplay;
import io.integrationkit.replay.ReplayJobStores;
import io.integrationkit.replay.ReplayJobs;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/** Auto-configuration of the replay jobs, in the database where the dead letters are there. */
@AutoConfiguration(after = {DeadLetterAutoConfiguration.class, ReliableAutoConfiguration.class})
@ConditionalOnBean(DeadLetters.class)
@EnableConfigurationProperties(DeadLetterProperties.class)
public final class ReplayAutoConfiguration {

    ReplayAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    ReplayJobs integrationReplayJobs(
            DeadLetters deadLetters,
            DeadLetterProperties properties,
            ObjectProvider<JdbcAccess> access,
            PayloadCodec codec,
            TimeSource time,
            ApplicationEventPublisher events) {
        ReplayJobStores stores = new ReplayJobStores(
                deadLetters,
                properties.getReplayJobs().toSettings(properties.getReplayLease()),
                time,
                events::publishEvent);
        JdbcAccess database = deadLetters.durable() ? access.getIfAvailable() : null;
        return (database != null) ? stores.inDatabase(database, codec) : stores.inMemory();
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBooleanProperty("integration.dead-letters.automatic-replay.enabled")
    AutomaticReplay integrationAutomaticReplay(
            CircuitBreakers breakers,
            OperationRegistry operations,
            DeadLetters deadLetters,
            ReplayJobs jobs,
            DeadLetterProperties properties) {
        SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor("integration-automatic-replay-");
        executor.setDaemon(true);
        return new AutomaticReplay(
                breakers,
                operations,
                deadLetters,
                jobs,
                properties.getAutomaticReplay().toSettings(),
                executor);
    }
}
