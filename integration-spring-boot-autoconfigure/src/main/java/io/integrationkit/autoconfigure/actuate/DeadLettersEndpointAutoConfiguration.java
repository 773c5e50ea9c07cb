package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.DeadLetterFilterAdvisor;
import io.integrationkit.actuate.DeadLettersEndpoint;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.ReplayAutoConfiguration;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.replay.ReplayJobs;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.invoke.ParameterValueMapper;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Auto-configuration of the {@code deadletters} endpoint. */
@AutoConfiguration(after = {DeadLetterAutoConfiguration.class, ReplayAutoConfiguration.class})
public final class DeadLettersEndpointAutoConfiguration {

    DeadLettersEndpointAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Endpoint.class, ConditionalOnAvailableEndpoint.class})
    @ConditionalOnBean({DeadLetters.class, ReplayJobs.class})
    @ConditionalOnAvailableEndpoint(value = DeadLettersEndpoint.class, exposure = EndpointExposure.WEB)
    static class Exposed {

        @Bean
        @ConditionalOnMissingBean
        DeadLettersEndpoint integrationDeadLettersEndpoint(
                DeadLetters deadLetters, ReplayJobs jobs, ApplicationEventPublisher events) {
            return new DeadLettersEndpoint(deadLetters, jobs, events);
        }

        @Bean
        @ConditionalOnMissingBean
        DeadLetterFilterAdvisor integrationDeadLetterFilterAdvisor(ObjectProvider<ParameterValueMapper> values) {
            return new DeadLetterFilterAdvisor(values.getIfAvailable(ConversionServiceParameterValueMapper::new));
        }
    }
}
