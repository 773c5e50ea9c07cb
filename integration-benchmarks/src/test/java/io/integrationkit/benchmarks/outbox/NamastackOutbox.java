package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.namastack.outbox.Outbox;
import io.namastack.outbox.OutboxProcessingScheduler;
import io.namastack.outbox.handler.OutboxHandler;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Namastack Outbox on JDBC with the settings of its own performance test; records are deleted when they are sent. The
 * handler sends and waits, as that of its Kafka module does.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class NamastackOutbox {

    static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("namastack.outbox.polling.batch-size", "1000"),
            Map.entry("namastack.outbox.polling.trigger", "fixed"),
            Map.entry("namastack.outbox.polling.fixed.interval", "100ms"),
            Map.entry("namastack.outbox.processing.delete-completed-records", "true"),
            Map.entry("namastack.outbox.processing.executor-core-pool-size", "16"),
            Map.entry("namastack.outbox.processing.executor-max-pool-size", "32"),
            Map.entry("namastack.outbox.instance.heartbeat-interval", "1s"),
            Map.entry("namastack.outbox.instance.stale-instance-timeout", "10s"),
            Map.entry("namastack.outbox.instance.rebalance-interval", "1s"),
            Map.entry("namastack.outbox.multicaster.enabled", "false"),
            Map.entry("spring.datasource.hikari.maximum-pool-size", "30"));

    @Bean
    Producer<byte[], byte[]> loadProducer(@Value("${spring.kafka.bootstrap-servers}") String bootstrapServers) {
        return Kafka.producer(
                bootstrapServers, Map.of(ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.LINGER_MS_CONFIG, "0"));
    }

    @Bean
    OutboxHandler outboxHandler(Producer<byte[], byte[]> producer, @Value("${load.topic}") String topic) {
        return (payload, metadata) -> {
            try {
                producer.send(new ProducerRecord<>(
                                topic, Kafka.bytes(metadata.getKey()), Kafka.bytes(payload.toString())))
                        .get();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while sending", ex);
            } catch (ExecutionException ex) {
                throw new IllegalStateException("Not sent", ex);
            }
        };
    }

    @Bean
    OutboxUnderTest outboxUnderTest(Outbox outbox, OutboxProcessingScheduler scheduler) {
        return new OutboxUnderTest() {

            @Override
            public void publish(String key, String text) {
                outbox.schedule(text, key);
            }

            @Override
            public SmartLifecycle relay() {
                return scheduler;
            }
        };
    }
}
