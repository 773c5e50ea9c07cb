package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SettingSources;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.FailureHandler;
import io.integrationkit.reliable.FailureHandlers;
import io.integrationkit.reliable.ReliableCalls;
import io.integrationkit.reliable.ReliablePolicies;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of {@code @Reliable}: failure classification, policies and circuit breakers. */
@AutoConfiguration(after = CallAutoConfiguration.class)
@EnableConfigurationProperties(ReliableProperties.class)
public final class ReliableAutoConfiguration {

    ReliableAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    FailureClassification integrationFailureClassification(
            ObjectProvider<FailureClassifier> classifiers, TimeSource time) {
        return new FailureClassification(classifiers.orderedStream().toList(), time::now);
    }

    @Bean
    @ConditionalOnMissingBean
    CircuitBreakers integrationCircuitBreakers(TimeSource time) {
        return new CircuitBreakers(time);
    }

    @Bean
    @ConditionalOnMissingBean
    ReliablePolicies integrationReliablePolicies(ReliableProperties properties, SettingSources sources) {
        return new ReliablePolicies(properties.toDefaults(), properties.toPolicies(), sources);
    }

    @Bean
    FailureHandlers integrationFailureHandlers(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<FailureHandler> handlers) {
        return new FailureHandlers(beanFactory, () -> handlers.orderedStream().toList());
    }

    @Bean
    ReliableCalls integrationReliableCalls(
            ReliablePolicies policies,
            CircuitBreakers breakers,
            FailureClassification classification,
            PayloadCodec codec,
            ObjectProvider<GivenUpCalls> givenUpCalls,
            TimeSource time) {
        return new ReliableCalls(
                policies,
                breakers,
                classification,
                codec,
                givenUpCalls::getIfUnique,
                time,
                () -> ThreadLocalRandom.current().nextLong());
    }
}
