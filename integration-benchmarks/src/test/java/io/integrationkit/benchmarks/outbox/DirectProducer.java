package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Kafka without an outbox: what is lost when the process dies is lost. */
final class DirectProducer {

    private final KafkaProducer<byte[], byte[]> prompt;

    private final KafkaProducer<byte[], byte[]> bulk;

    private final String topic;

    DirectProducer(String bootstrapServers, String topic) {
        this.prompt = Kafka.producer(
                bootstrapServers, Map.of(ProducerConfig.ACKS_CONFIG, "all", ProducerConfig.LINGER_MS_CONFIG, "0"));
        this.bulk = Kafka.producer(bootstrapServers, Map.of(ProducerConfig.ACKS_CONFIG, "all"));
        this.topic = topic;
    }

    /** Sends one message at once; does not wait for its acknowledgement. */
    void send(String key, String text) {
        this.prompt.send(new ProducerRecord<>(this.topic, Kafka.bytes(key), Kafka.bytes(text)));
    }

    /** Sends many as fast as they are taken; returns how many when all are acknowledged. */
    long produce(String tag, int count) {
        for (int i = 0; i < count; i++) {
            this.bulk.send(new ProducerRecord<>(
                    this.topic,
                    Kafka.bytes(Message.key(tag, i % Business.ACCOUNTS)),
                    Kafka.bytes(Message.text(1 + i / Business.ACCOUNTS))));
        }
        this.bulk.flush();
        return count;
    }
}
