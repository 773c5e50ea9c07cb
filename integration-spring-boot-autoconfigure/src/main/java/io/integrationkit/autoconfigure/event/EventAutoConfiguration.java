package io.integrationkit.autoconfigure.event;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.CloudEvents;
import io.integrationkit.event.Downcaster;
import io.integrationkit.event.EventConcurrency;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventThreads;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.event.KafkaEvents;
import io.integrationkit.event.Upcaster;
import io.integrationkit.failure.FailureClassification;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ResourceLoader;

/** Auto-configuration of event types and versions: the registry, the way between versions, and the one reader. */
@AutoConfiguration(after = CallAutoConfiguration.class)
@EnableConfigurationProperties(EventProperties.class)
public final class EventAutoConfiguration {

    EventAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EventTypes integrationEventTypes(ApplicationContext context) {
        return new EventTypes(context.getEnvironment()::resolveRequiredPlaceholders, EventTypeScanner.scan(context));
    }

    @Bean
    @ConditionalOnMissingBean
    EventVersions integrationEventVersions(EventTypes types, ListableBeanFactory beans, EventProperties properties) {
        return EventVersions.of(
                types, byName(beans, Upcaster.class), byName(beans, Downcaster.class), properties.getPublishAs());
    }

    private static <T> Map<String, T> byName(ListableBeanFactory beans, Class<T> kind) {
        Map<String, T> byName = new LinkedHashMap<>();
        for (String name : beans.getBeanNamesForType(kind)) {
            byName.put(name, beans.getBean(name, kind));
        }
        return byName;
    }

    /** When all singletons exist, all event handlers have named the classes they take. Nothing is delivered before. */
    @Bean
    SmartInitializingSingleton integrationEventVersionCheck(EventVersions versions) {
        return versions::check;
    }

    @Bean
    @ConditionalOnMissingBean
    EventReader integrationEventReader(EventVersions versions, PayloadCodec codec, EventProperties properties) {
        return new EventReader(versions, codec, properties.newer());
    }

    @Bean
    @ConditionalOnMissingBean
    EventHandlers integrationEventHandlers(ConfigurableListableBeanFactory beans, EventTypes types) {
        return EventHandlers.find(beans, types);
    }

    @Bean
    @ConditionalOnMissingBean
    EventThreads integrationEventThreads(ResourceLoader resources) {
        return new EventThreads(Objects.requireNonNull(resources.getClassLoader()));
    }

    @Bean
    @ConditionalOnMissingBean
    EventProcessor integrationEventProcessor(
            EventHandlers handlers,
            EventReader reader,
            EventProperties properties,
            ObjectProvider<FailureClassification> classification,
            ObjectProvider<MessageTracing> tracing,
            EventThreads threads,
            TimeSource time) {
        return new EventProcessor(
                handlers,
                reader,
                properties.unknown(),
                (failure) -> classification.getObject().classify(failure),
                tracing.getIfAvailable(() -> MessageTracing.NONE),
                new EventConcurrency(properties.getConcurrency(), properties.getBatchTime(), threads, time));
    }

    @Bean
    @ConditionalOnMissingBean
    CloudEvents integrationCloudEvents(PayloadCodec codec) {
        return new CloudEvents(codec);
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(ConsumerRecord.class)
    static class Kafka {

        @Bean
        @ConditionalOnMissingBean
        KafkaEvents integrationKafkaEvents(CloudEvents events) {
            return new KafkaEvents(events);
        }

        @Bean
        @ConditionalOnMissingBean
        KafkaEventProcessor integrationKafkaEventProcessor(KafkaEvents events, EventProcessor processor) {
            return new KafkaEventProcessor(events, processor);
        }
    }
}
