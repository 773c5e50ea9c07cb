package io.integrationkit.autoconfigure.listener;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.listener.ListenerErrorHandling;
import io.integrationkit.listener.OperationListenerEnhancer;
import io.integrationkit.listener.RecordDeadLetters;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/** Auto-configuration of the error handling of Kafka listeners that carry an annotation of ours. */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration",
            "io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration",
            "io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration"
        })
public final class ListenerAutoConfiguration {

    ListenerAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(EnableKafka.class)
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
                TimeSource time) {
            return new ListenerErrorHandling(
                    registry, classification::classify, new RecordDeadLetters(deadLetters, codec), time);
        }
    }
}
