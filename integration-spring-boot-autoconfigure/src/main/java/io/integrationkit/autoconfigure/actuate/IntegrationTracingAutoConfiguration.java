package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.actuate.AttemptObservationConvention;
import io.integrationkit.actuate.CallObservationConvention;
import io.integrationkit.actuate.MessageObservationConvention;
import io.integrationkit.actuate.ObservedCalls;
import io.integrationkit.actuate.ObservedMessages;
import io.integrationkit.call.CallTracing;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.event.EventTypes;
import io.integrationkit.failure.FailureClassification;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.util.function.Predicate;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the spans of calls, attempts and messages, where the application has a tracer. Meters do not need it, and
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
                ObjectProvider<AttemptObservationConvention> ofAttempt,
                ObjectProvider<ObservedMessages> messages) {
            return new ObservedCalls(
                    registry, ofCall.getIfAvailable(), ofAttempt.getIfAvailable(), messages.getIfAvailable());
        }

        @Bean
        @ConditionalOnMissingBean(MessageTracing.class)
        ObservedMessages integrationObservedMessages(
                ObservationRegistry registry,
                ObjectProvider<EventTypes> types,
                ObjectProvider<FailureClassification> classification,
                ObjectProvider<MessageObservationConvention> ofMessage) {
            Predicate<String> known = (type) -> {
                EventTypes ours = types.getIfAvailable();
                return ours != null && ours.current(type) != null;
            };
            return new ObservedMessages(
                    registry,
                    known,
                    (failure) -> classification.getObject().classify(failure).category(),
                    ofMessage.getIfAvailable());
        }
    }
}
