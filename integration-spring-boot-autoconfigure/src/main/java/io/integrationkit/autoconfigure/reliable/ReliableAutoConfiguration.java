package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SettingSources;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.ReliableCalls;
import io.integrationkit.reliable.ReliablePolicies;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

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
    ReliablePolicies integrationReliablePolicies(
            ReliableProperties properties, SettingSources sources, Environment environment) {
        return new ReliablePolicies(properties.toSettings(), sources, environment::resolveRequiredPlaceholders);
    }

    @Bean
    @ConditionalOnMissingBean
    PolicyChanges integrationPolicyChanges(ReliablePolicies policies, TimeSource time) {
        return new PolicyChanges(policies, new PolicySettingsReader(), time);
    }

    @Bean
    FindingContributor integrationResilience4jFindings(Environment environment) {
        return new Resilience4jFindings(environment);
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
