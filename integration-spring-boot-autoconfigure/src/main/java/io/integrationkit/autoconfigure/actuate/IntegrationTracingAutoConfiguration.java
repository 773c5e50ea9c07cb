package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.AttemptObservationConvention;
import io.integrationkit.actuate.CallObservationConvention;
import io.integrationkit.actuate.ObservedCalls;
import io.integrationkit.call.CallTracing;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the spans of calls and attempts, where the application has a tracer. Meters do not need it, and
 * without a tracer an observation would be work for nobody.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
            "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration"
        })
public final class IntegrationTracingAutoConfiguration {

    IntegrationTracingAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({ObservationRegistry.class, Tracer.class})
    @ConditionalOnBean({ObservationRegistry.class, Tracer.class})
    static class Spans {

        @Bean
        @ConditionalOnMissingBean(CallTracing.class)
        ObservedCalls integrationObservedCalls(
                ObservationRegistry registry,
                ObjectProvider<CallObservationConvention> ofCall,
                ObjectProvider<AttemptObservationConvention> ofAttempt) {
            return new ObservedCalls(registry, ofCall.getIfAvailable(), ofAttempt.getIfAvailable());
        }
    }
}
