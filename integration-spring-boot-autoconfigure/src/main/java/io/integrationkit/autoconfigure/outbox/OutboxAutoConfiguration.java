package io.integrationkit.autoconfigure.outbox;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventReader;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.DualWriteGuard;
import io.integrationkit.outbox.KafkaMessageDestination;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxEngine;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxRelay;
import io.integrationkit.outbox.OutboxSpec;
import io.integrationkit.outbox.OutboxStatistics;
import java.security.SecureRandom;
import java.util.Locale;
import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Auto-configuration of the outbox: in the database the stores share if there is one, in memory otherwise. With Kafka
 * on the class path, topics are destinations.
 */
@AutoConfiguration(
        after = {CallAutoConfiguration.class, EventAutoConfiguration.class, IntegrationJdbcAutoConfiguration.class},
        afterName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@ConditionalOnBooleanProperty(name = "integration.outbox.enabled", matchIfMissing = true)
@ConditionalOnMissingBean(Outbox.class)
@EnableConfigurationProperties(OutboxProperties.class)
public final class OutboxAutoConfiguration {

    OutboxAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    OutboxSpec integrationOutboxSpec(OutboxProperties properties, Environment environment) {
        return properties.toSpec(environment.getProperty("spring.application.name", "application"));
    }

    @Bean
    OutboxEngine.Parts integrationOutboxParts(
            OutboxSpec spec,
            EventReader events,
            PayloadCodec codec,
            ObjectProvider<MessageDestination> destinations,
            ObjectProvider<DeadLetters> deadLetters,
            TimeSource time,
            EventHandlers handlers,
            ObjectProvider<FailureClassification> classification) {
        return new OutboxEngine.Parts(
                spec,
                events,
                codec,
                destinations.orderedStream().toList(),
                deadLetters::getObject,
                time,
                new SecureRandom(),
                handlers,
                (failure) -> classification.getObject().classify(failure));
    }

    @Bean
    Outbox integrationOutbox(OutboxEngine engine) {
        return engine.outbox();
    }

    @Bean
    OutboxRelay integrationOutboxRelay(OutboxEngine engine) {
        return engine.relay();
    }

    @Bean
    OutboxStatistics integrationOutboxStatistics(OutboxEngine engine) {
        return engine.statistics();
    }

    @Bean
    OutboxOperations integrationOutboxOperations(OutboxEngine engine) {
        return engine.operations();
    }

    @Bean
    @ConditionalOnMissingBean
    OutboxKeys integrationOutboxKeys(OutboxEngine engine) {
        return engine.keys();
    }

    @Bean
    @ConditionalOnMissingBean
    MessageReplayer integrationMessageReplayer(OutboxEngine engine) {
        return engine.replayer();
    }

    @Bean
    StateStore integrationOutboxStateStore(OutboxEngine engine, ObjectProvider<JdbcAccess> access) {
        boolean durable = engine.outbox().durable();
        String engineName = durable ? access.getObject().database().name().toLowerCase(Locale.ROOT) : "memory";
        return new StateStore("outbox", engineName, durable, "messages not sent yet");
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JdbcOperations.class)
    @ConditionalOnBean(JdbcAccess.class)
    static class InDatabase {

        @Bean
        OutboxEngine integrationOutboxEngine(JdbcAccess access, OutboxEngine.Parts parts) {
            return OutboxEngine.durable(access, parts);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(type = "io.integrationkit.jdbc.JdbcAccess")
    static class InMemory {

        @Bean
        OutboxEngine integrationOutboxEngine(OutboxEngine.Parts parts) {
            return OutboxEngine.inMemory(parts);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ProducerFactory.class, JdbcOperations.class})
    @ConditionalOnBean(JdbcAccess.class)
    @ConditionalOnBooleanProperty(name = "integration.outbox.dual-write-guard", matchIfMissing = true)
    static class DualWrites {

        @Bean
        DualWriteGuard integrationDualWriteGuard(JdbcAccess access) {
            return new DualWriteGuard(access);
        }

        @Bean
        static BeanPostProcessor integrationDualWriteGuardInstaller(ObjectProvider<DualWriteGuard> guard) {
            return new DualWriteGuardInstaller(guard::getObject);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ProducerFactory.class)
    @ConditionalOnSingleCandidate(ProducerFactory.class)
    static class Kafka {

        @Bean
        @ConditionalOnMissingBean
        KafkaMessageDestination integrationKafkaMessageDestination(
                ProducerFactory<?, ?> producerFactory, OutboxSpec spec) {
            return new KafkaMessageDestination(producerFactory, spec);
        }

        /** Asks for the limits of the topics the application declares, once everything runs; waits for nothing. */
        @Bean
        ApplicationListener<ContextRefreshedEvent> integrationTopicLimits(
                KafkaMessageDestination destination, ObjectProvider<NewTopic> topics) {
            return (event) ->
                    destination.learn(topics.stream().map(NewTopic::name).toList());
        }
    }
}
