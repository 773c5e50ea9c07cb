package io.integrationkit.autoconfigure.listener;

import io.integrationkit.autoconfigure.deduplicate.DeduplicateProperties;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.listener.DeadLetterReader;
import io.integrationkit.listener.DeadLetterReaderSpec;
import io.integrationkit.listener.DeadLetterTopics;
import io.integrationkit.listener.GivenUpRecords;
import io.integrationkit.listener.KafkaMessageReplayer;
import io.integrationkit.listener.ListenerConfigurationException;
import io.integrationkit.listener.ListenerErrorHandling;
import io.integrationkit.listener.ListenerTimes;
import io.integrationkit.listener.OperationListenerEnhancer;
import io.integrationkit.listener.RecordDeadLetters;
import io.integrationkit.listener.TopicRetention;
import io.integrationkit.reliable.ReliablePolicies;
import java.util.function.BooleanSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.ProducerFactory;

/** Auto-configuration of the error handling of Kafka listeners that carry an annotation of ours. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration",
            "io.integrationkit.autoconfigure.actuate.IntegrationTracingAutoConfiguration",
            "io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration",
            "io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration",
            "io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration",
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration"
        })
public final class ListenerAutoConfiguration {

    ListenerAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
    @EnableConfigurationProperties(ListenerProperties.class)
    @ConditionalOnBean({KafkaListenerEndpointRegistry.class, DeadLetters.class, FailureClassification.class})
    static class Listeners {

        private static final String ERROR_HANDLING = "integrationListenerErrorHandling";

        @Bean
        @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
        static OperationListenerEnhancer integrationOperationListenerEnhancer() {
            return new OperationListenerEnhancer(ERROR_HANDLING);
        }

        @Bean(ERROR_HANDLING)
        @ConditionalOnMissingBean
        ListenerErrorHandling integrationListenerErrorHandling(
                KafkaListenerEndpointRegistry registry,
                FailureClassification classification,
                DeadLetters deadLetters,
                PayloadCodec codec,
                TimeSource time,
                ListenerProperties properties,
                ObjectProvider<DeadLetterTopics> topics,
                ObjectProvider<MessageTracing> tracing) {
            GivenUpRecords store = new RecordDeadLetters(deadLetters, codec);
            GivenUpRecords givenUp = switch (properties.getDeadLetters()) {
                case STORE -> store;
                case TOPIC -> topics(topics);
                case BOTH -> store.andThen(topics(topics));
            };
            return new ListenerErrorHandling(
                    registry,
                    classification::classify,
                    givenUp,
                    time,
                    tracing.getIfAvailable(() -> MessageTracing.NONE));
        }

        @Bean
        FindingContributor integrationListenerTimes(
                OperationRegistry operations,
                ObjectProvider<ReliablePolicies> policies,
                ConfigurableListableBeanFactory beans) {
            return new ListenerTimes(
                    operations,
                    (operation) -> {
                        ReliablePolicies known = policies.getIfAvailable();
                        return (known != null) ? known.longestCall(operation) : null;
                    },
                    beans);
        }

        private static DeadLetterTopics topics(ObjectProvider<DeadLetterTopics> topics) {
            DeadLetterTopics found = topics.getIfAvailable();
            if (found == null) {
                throw new ListenerConfigurationException(
                        ProblemCode.DEAD_LETTER_TOPIC_PRODUCER,
                        "integration.listeners.dead-letters names dead-letter topics, and there is no ProducerFactory to"
                                + " send with, or more than one and none of them primary",
                        "Make one ProducerFactory @Primary, define a DeadLetterTopics bean with the one to use, or set"
                                + " integration.listeners.dead-letters=store.");
            }
            return found;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
    @ConditionalOnSingleCandidate(ProducerFactory.class)
    static class Topics {

        /** Made when records are to be sent to topics. */
        @Bean
        @Lazy
        @ConditionalOnMissingBean
        DeadLetterTopics integrationDeadLetterTopics(
                ProducerFactory<?, ?> producerFactory, PayloadCodec codec, ListenerProperties properties) {
            return new DeadLetterTopics(producerFactory, codec, properties.getDeadLetterTopicSuffix());
        }
    }

    /** Reads dead-letter topics that somebody names. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
    @EnableConfigurationProperties(ListenerProperties.class)
    @ConditionalOnBean({DeadLetters.class, FailureClassification.class})
    @Conditional(OnDeadLetterTopics.class)
    static class Reader {

        @Bean
        @ConditionalOnMissingBean
        DeadLetterReader integrationDeadLetterReader(
                ListenerProperties properties,
                Environment environment,
                ObjectProvider<ConsumerFactory<?, ?>> consumerFactory,
                ObjectProvider<KafkaListenerEndpointRegistry> registries,
                DeadLetters deadLetters,
                FailureClassification classification,
                TimeSource time) {
            DeadLetterReaderSpec spec = new DeadLetterReaderSpec(
                    properties.getDeadLetterTopics(),
                    properties.getDeadLetterGroupId(),
                    environment.getProperty("spring.application.name"),
                    properties.getDeadLetterTopicSuffix(),
                    properties.getDeadLetterReplayTopics(),
                    () -> registries.stream().flatMap((registry) -> registry.getAllListenerContainers().stream()));
            ConsumerFactory<?, ?> application = consumerFactory.getIfUnique();
            if (application == null) {
                throw new ListenerConfigurationException(
                        ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE,
                        "integration.listeners.dead-letter-topics is set, and there is no ConsumerFactory to connect like,"
                                + " or more than one and none of them primary",
                        "Make one ConsumerFactory @Primary, define a DeadLetterReader bean with the one to use, or remove"
                                + " integration.listeners.dead-letter-topics.");
            }
            return new DeadLetterReader(spec, application, deadLetters, classification::classify, time);
        }
    }

    /** Sends dead letters again where there is no outbox that would. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
    @ConditionalOnBean(DeadLetters.class)
    @ConditionalOnSingleCandidate(ProducerFactory.class)
    static class Replay {

        @Bean
        @ConditionalOnMissingBean(MessageReplayer.class)
        KafkaMessageReplayer integrationKafkaMessageReplayer(ProducerFactory<?, ?> producerFactory) {
            return new KafkaMessageReplayer(producerFactory);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
    @ConditionalOnBean({KafkaListenerEndpointRegistry.class, Inbox.class})
    @ConditionalOnSingleCandidate(KafkaAdmin.class)
    static class Retention {

        @Bean
        @ConditionalOnMissingBean
        TopicRetention integrationTopicRetention(
                KafkaListenerEndpointRegistry registry,
                KafkaAdmin admin,
                DeduplicateProperties properties,
                OperationRegistry operations,
                Inbox inbox) {
            BooleanSupplier wanted = () -> inbox.durable()
                    && operations.plans().stream()
                            .anyMatch((plan) -> plan.operation().annotation(Deduplicate.class) != null);
            return new TopicRetention(
                    registry, admin.getConfigurationProperties(), properties.getRetention(), wanted, (ask) -> {
                        Thread thread = new Thread(ask, "integration-listener-retention");
                        thread.setDaemon(true);
                        thread.start();
                    });
        }
    }
}
