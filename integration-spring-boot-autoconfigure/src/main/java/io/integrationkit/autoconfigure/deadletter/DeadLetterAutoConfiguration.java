package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.Plan;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterCipher;
import io.integrationkit.deadletter.DeadLetterPrivacy;
import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.event.EventDescriptor;
import io.integrationkit.event.EventTypes;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the dead letters, in the database where there is one. */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class, ReliableAutoConfiguration.class})
@EnableConfigurationProperties(DeadLetterProperties.class)
public final class DeadLetterAutoConfiguration {

    /** Often, so that what was counted since stays short. */
    private static final Duration SUM_UP_INTERVAL = Duration.ofSeconds(10);

    DeadLetterAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    DeadLetters integrationDeadLetters(
            DeadLetterProperties properties,
            ObjectProvider<JdbcAccess> access,
            OperationReplayer calls,
            ObjectProvider<MessageReplayer> messages,
            FailureClassification classification,
            PayloadCodec codec,
            TimeSource time,
            ObjectProvider<CurrentTenant> tenants,
            DeadLetterPrivacy privacy) {
        Supplier<@Nullable String> tenant = () -> {
            CurrentTenant current = tenants.getIfUnique();
            return (current != null) ? current.id() : null;
        };
        DeadLetterStores stores = new DeadLetterStores(
                calls, messages::getIfAvailable, classification, time, tenant, properties.toSettings(), privacy);
        JdbcAccess database = properties.getStore().database("integration.dead-letters.store", access);
        return (database != null) ? stores.inDatabase(database, codec) : stores.inMemory();
    }

    @Bean
    @ConditionalOnMissingBean
    DeadLetterPrivacy integrationDeadLetterPrivacy(
            DeadLetterProperties properties,
            PayloadCodec codec,
            OperationRegistry operations,
            ObjectProvider<EventTypes> events,
            ObjectProvider<DeadLetterCipher> cipher) {
        return new DeadLetterPrivacy(
                codec,
                (name) -> {
                    Plan plan = operations.find(name);
                    return (plan != null) ? plan.operation() : null;
                },
                (type, version) -> classes(events.getIfAvailable(), type, version),
                properties.toMaskingSettings(),
                cipher.getIfAvailable());
    }

    private static List<Class<?>> classes(@Nullable EventTypes types, String type, int version) {
        List<EventDescriptor> versions = (types != null) ? types.versions(type) : List.of();
        return versions.stream().anyMatch((each) -> each.version() == version)
                ? versions.stream().<Class<?>>map(EventDescriptor::eventClass).toList()
                : List.of();
    }

    @Bean
    StateStore integrationDeadLettersState(DeadLetters deadLetters, ObjectProvider<JdbcAccess> access) {
        JdbcAccess database = deadLetters.durable() ? access.getIfAvailable() : null;
        String engine = (database != null) ? database.database().name().toLowerCase(Locale.ROOT) : "memory";
        return new StateStore("dead-letters", engine, deadLetters.durable(), "dead letters");
    }

    @Bean
    ExpiredRows integrationExpiredDeadLetters(DeadLetters deadLetters) {
        return new ExpiredRows("dead letters", deadLetters::deleteExpired, SUM_UP_INTERVAL);
    }
}
