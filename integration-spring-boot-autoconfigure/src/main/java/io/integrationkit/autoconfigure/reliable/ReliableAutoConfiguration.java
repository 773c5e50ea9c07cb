package io.integrationkit.autoconfigure.reliable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StepThreads;
import io.integrationkit.context.ClientTimeouts;
import io.integrationkit.context.DefaultReadTimeout;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.FailureHandler;
import io.integrationkit.reliable.FailureHandlers;
import io.integrationkit.reliable.GiveUpPlans;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.reliable.Reliability;
import io.integrationkit.reliable.ReliableCalls;
import io.integrationkit.reliable.ReliablePolicies;
import io.integrationkit.reliable.SharedStates;
import io.integrationkit.reliable.Surroundings;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
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
    SharedStates integrationSharedStates(
            CircuitBreakers breakers, ObjectProvider<RateLimiters> limiters, TimeSource time) {
        return new SharedStates(breakers, limiters.getIfUnique(RateLimiters::local), time);
    }

    @Bean
    GiveUpPlans integrationGiveUpPlans(
            FailureHandlers handlers, PayloadCodec codec, ObjectProvider<GivenUpCalls> store) {
        return new GiveUpPlans(handlers, codec, store::getIfUnique);
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static AttemptTransactionsPostProcessor integrationAttemptTransactionsPostProcessor() {
        return new AttemptTransactionsPostProcessor();
    }

    @Bean
    @ConditionalOnMissingBean
    PolicyChanges integrationPolicyChanges(ReliablePolicies policies, TimeSource time) {
        return new PolicyChanges(policies, new PolicySettingsReader(), time);
    }

    /** What the largest of the attempt timeouts bounds, none of them cuts short. */
    @Bean
    @ConditionalOnMissingBean
    DefaultReadTimeout integrationDefaultReadTimeout(ReliablePolicies policies) {
        return policies::longestAttempt;
    }

    @Bean
    FindingContributor integrationReadTimeoutFindings(
            ReliablePolicies policies, ObjectProvider<ClientTimeouts> timeouts) {
        return () -> policies.readTimeoutFindings(
                timeouts.getIfUnique(() -> ClientTimeouts.UNKNOWN).readTimeout());
    }

    @Bean
    @ConditionalOnMissingBean
    Reliability integrationReliability(OperationRegistry registry, ReliableCalls calls, ReliablePolicies policies) {
        return new Reliability(registry, calls, policies);
    }

    @Bean
    FailureHandlers integrationFailureHandlers(
            ConfigurableListableBeanFactory beanFactory, ObjectProvider<FailureHandler> handlers) {
        return new FailureHandlers(beanFactory, () -> handlers.orderedStream().toList());
    }

    @Bean
    FindingContributor integrationResilience4jFindings(Environment environment) {
        return new Resilience4jFindings(environment);
    }

    @Bean
    ReliableCalls integrationReliableCalls(
            ReliablePolicies policies,
            SharedStates shared,
            FailureClassification classification,
            GiveUpPlans giveUpPlans,
            TimeSource time,
            StepThreads threads) {
        return new ReliableCalls(
                policies,
                shared,
                classification,
                giveUpPlans,
                new Surroundings(
                        time,
                        threads.executor(),
                        () -> ThreadLocalRandom.current().nextLong()));
    }
}
