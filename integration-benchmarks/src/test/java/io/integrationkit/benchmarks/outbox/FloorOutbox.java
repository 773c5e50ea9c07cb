package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.context.TimeSource;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/** The least an outbox can do: one INSERT, and a loop that reads in order, sends and deletes. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class FloorOutbox {

    private static final String TABLE = """
            CREATE TABLE IF NOT EXISTS outbox (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, msg_key text NOT NULL, payload bytea NOT NULL)""";

    private static final String INSERT = "INSERT INTO outbox (msg_key, payload) VALUES (?, ?)";

    @Bean
    FloorRelay floorRelay(
            JdbcTemplate jdbc,
            @Value("${spring.kafka.bootstrap-servers}") String bootstrapServers,
            @Value("${load.topic}") String topic) {
        jdbc.execute(TABLE);
        return new FloorRelay(
                jdbc,
                Kafka.producer(bootstrapServers, Map.of(ProducerConfig.ACKS_CONFIG, "all")),
                topic,
                TimeSource.system());
    }

    @Bean
    OutboxUnderTest outboxUnderTest(JdbcTemplate jdbc, FloorRelay relay) {
        return new OutboxUnderTest() {

            @Override
            public void publish(String key, String text) {
                jdbc.update(INSERT, key, text.getBytes(StandardCharsets.US_ASCII));
            }

            @Override
            public SmartLifecycle relay() {
                return relay;
            }
        };
    }
}
