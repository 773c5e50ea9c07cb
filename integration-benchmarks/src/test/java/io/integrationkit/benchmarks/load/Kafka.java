package io.integrationkit.benchmarks.load;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Producers and consumers of bytes, with the client's defaults but for what is named. */
public final class Kafka {

    private Kafka() {}

    /**
     * Makes a producer.
     *
     * @param bootstrapServers address of the broker
     * @param settings what is not the client's default
     * @return the producer, to be closed
     */
    public static KafkaProducer<byte[], byte[]> producer(String bootstrapServers, Map<String, String> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Makes a consumer without a group: partitions are assigned and offsets sought by hand.
     *
     * @param bootstrapServers address of the broker
     * @return the consumer, to be closed
     */
    public static KafkaConsumer<byte[], byte[]> consumer(String bootstrapServers) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    /**
     * Writes a text.
     *
     * @param ascii the text
     * @return its bytes
     */
    public static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads a text.
     *
     * @param ascii its bytes
     * @return the text
     */
    public static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.US_ASCII);
    }
}
