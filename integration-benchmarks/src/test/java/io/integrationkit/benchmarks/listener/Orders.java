package io.integrationkit.benchmarks.listener;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.event.EventType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Orders as CloudEvents of about 300 bytes in one partition, each with a random id and one of 1000 keys. */
final class Orders implements AutoCloseable {

    /**
     * What is in a record.
     *
     * @param order number of the order
     * @param customer who ordered
     * @param cents what it costs
     * @param note as much text as makes it an ordinary message
     */
    @EventType("order.placed")
    record Order(long order, String customer, long cents, String note) {}

    private static final int KEYS = 1000;

    private static final String TIME = Instant.EPOCH.toString();

    private static final String NOTE = "abcdefghijklmnopqrstuvwxyz0123456789".repeat(6);

    private final KafkaProducer<byte[], byte[]> producer;

    private final Random ids;

    private long number;

    Orders(String bootstrapServers, Random ids) {
        this.producer = Kafka.producer(bootstrapServers, Map.of(ProducerConfig.ACKS_CONFIG, "all"));
        this.ids = ids;
    }

    /** Returns once all are on the topic. */
    void fill(String topic, int records) throws InterruptedException {
        List<Future<?>> sent = new ArrayList<>(records);
        for (int i = 0; i < records; i++) {
            sent.add(this.producer.send(next(topic)));
        }
        try {
            for (Future<?> each : sent) {
                each.get();
            }
        } catch (ExecutionException ex) {
            throw new IllegalStateException("The topic cannot be filled", ex);
        }
    }

    private ProducerRecord<byte[], byte[]> next(String topic) {
        long order = this.number++;
        long customer = order % KEYS;
        ProducerRecord<byte[], byte[]> next = new ProducerRecord<>(
                topic,
                Kafka.bytes("customer-" + customer),
                Kafka.bytes("{\"order\":%d,\"customer\":\"customer-%d\",\"cents\":%d,\"note\":\"%s\"}"
                        .formatted(order, customer, 100 + order, NOTE)));
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", new UUID(this.ids.nextLong(), this.ids.nextLong()).toString(),
                        "ce_source", "/shop",
                        "ce_type", "order.placed",
                        "ce_time", TIME,
                        "content-type", "application/json")
                .forEach((name, value) -> next.headers().add(name, Kafka.bytes(value)));
        return next;
    }

    @Override
    public void close() {
        this.producer.close();
    }
}
