package io.integrationkit.autoconfigure.call;

import io.integrationkit.call.CallObserver;
import io.integrationkit.call.CallPath;
import io.integrationkit.call.CallTracing;
import io.integrationkit.call.OperationProxyPostProcessor;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StepThreads;
import io.integrationkit.context.TimeSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Auto-configuration of the call path: finds the operations, makes their plans and puts them into the proxies. */
@AutoConfiguration(afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
public final class CallAutoConfiguration {

    CallAutoConfiguration() {}

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static OperationProxyPostProcessor integrationOperationProxyPostProcessor(
            ObjectProvider<OperationRegistry> registry) {
        return new OperationProxyPostProcessor(registry::getObject);
    }

    @Bean
    OperationRegistry integrationOperationRegistry(
            ConfigurableListableBeanFactory beanFactory,
            ObjectProvider<PlanContributor> contributors,
            TimeSource time) {
        return new OperationRegistry(
                beanFactory, () -> contributors.orderedStream().toList(), time);
    }

    @Bean
    CallPath integrationCallPath(ObjectProvider<CallObserver> observers, ObjectProvider<CallTracing> tracing) {
        return new CallPath(ObserversInTurn.of(observers.orderedStream().toList()), tracing.getIfAvailable());
    }

    @Bean
    StepThreads integrationStepThreads(ConfigurableListableBeanFactory beanFactory) {
        return new StepThreads(beanFactory.getBeanClassLoader());
    }

    @Bean
    @ConditionalOnMissingBean
    TimeSource integrationTimeSource() {
        return TimeSource.system();
    }

    @Bean
    SettingSources integrationSettingSources(Environment environment) {
        return new EnvironmentSettingSources(environment);
    }

    @Bean
    PayloadCodec integrationPayloadCodec(ObjectProvider<JsonMapper> mapper) {
        return new PayloadCodec(mapper.getIfUnique(
                () -> JsonMapper.builder().findAndAddModules().build()));
    }

    @Bean
    OperationReplayer integrationOperationReplayer(
            ConfigurableListableBeanFactory beanFactory, OperationRegistry registry, PayloadCodec codec) {
        return new OperationReplayer(beanFactory, registry, codec);
    }
}
