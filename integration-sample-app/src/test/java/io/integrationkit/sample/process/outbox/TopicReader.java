package io.integrationkit.sample.process.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads what is committed in a topic from its beginning, each record once, and tells the arrivals; goes on when the broker
 * was away.
 */
final class TopicReader implements AutoCloseable {

    private final Arrivals arrivals;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();

    private final Future<?> reading;

    private volatile boolean closed;

    TopicReader(String bootstrapServers, List<TopicPartition> partitions, Arrivals arrivals) {
        this.arrivals = arrivals;
        this.reading = this.executor.submit(() -> read(bootstrapServers, partitions));
    }

    private void read(String bootstrapServers, List<TopicPartition> partitions) {
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
                        200,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "none",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            partitions.forEach((partition) -> consumer.seek(partition, 0));
            while (!this.closed) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach((message) -> this.arrivals.add(Version.of(message.value())));
            }
        }
    }

    /** Throws what ended the reading, if something did. */
    void requireReading() {
        if (this.reading.isDone()) {
            try {
                this.reading.get();
            } catch (Exception ex) {
                throw new IllegalStateException("The topic cannot be read any more", ex);
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        this.closed = true;
        this.executor.shutdown();
        this.executor.awaitTermination(1, TimeUnit.MINUTES);
    }
}
