package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import io.integrationkit.sample.downstream.Misbehaviour;
import io.integrationkit.sample.hub.ChatEndpoint;
import io.integrationkit.sample.hub.HubProperties;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;

/** Puts the downstream that misbehaves in the place of the chat, and starts the load once the hub is up. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DemoProperties.class)
class DemoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnBooleanProperty("demo.enabled")
    static class Enabled {

        @Bean
        MisbehavingDownstream downstream(DemoProperties properties, TimeSource time) {
            return MisbehavingDownstream.start(Misbehaviour.typical(properties.seed(), properties.count()), time);
        }

        @Bean
        @Primary
        ChatEndpoint misbehavingChat(MisbehavingDownstream downstream) {
            return new ChatEndpoint(downstream.url());
        }

        /** What an operator would do with a chat that groans under questions for names. */
        @Bean
        Intervention fewerLookups(PolicyChanges changes) {
            return new Intervention(
                    "profiles limited to 5 lookups a second at half-time",
                    () -> changes.change("profiles", Map.of("rate-limit.permits", "5"), "demo", null));
        }

        @Bean
        DemoRunner demoRunner(
                DemoProperties properties,
                HubProperties hub,
                MisbehavingDownstream downstream,
                DataSource dataSource,
                KafkaConnectionDetails kafka,
                Environment environment,
                TimeSource time,
                Intervention intervention) {
            String bootstrapServers = String.join(",", kafka.getAdmin().getBootstrapServers());
            return new DemoRunner(
                    properties,
                    hub.github().secret(),
                    downstream,
                    (actuator) -> new HubProbe(dataSource, bootstrapServers, actuator),
                    environment,
                    time,
                    intervention);
        }
    }
}
