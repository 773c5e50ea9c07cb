package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxRelay;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Our starter as anybody has it: no setting of the outbox is changed. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class KitOutbox {

    static final Map<String, String> SETTINGS = Map.of("integration.jdbc.initialize-schema", "always");

    @Bean
    OutboxUnderTest outboxUnderTest(Outbox outbox, OutboxRelay relay, @Value("${load.topic}") String topic) {
        return new OutboxUnderTest() {

            @Override
            public void publish(String key, String text) {
                outbox.publish(OutboxMessage.of("load.message", topic, Kafka.bytes(text))
                        .withKey(key)
                        .withContentType("text/plain"));
            }

            @Override
            public SmartLifecycle relay() {
                return relay;
            }
        };
    }
}
