package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** The topic as an observer sees it: how long it is while something is measured, and afterwards what is in it. */
final class Topic implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final String name;

    private final KafkaConsumer<byte[], byte[]> consumer;

    private final List<TopicPartition> partitions;

    private final TimeSource time;

    Topic(String bootstrapServers, String name, TimeSource time) {
        this.name = name;
        this.consumer = Kafka.consumer(bootstrapServers);
        this.partitions = IntStream.range(0, this.consumer.partitionsFor(name).size())
                .mapToObj((partition) -> new TopicPartition(name, partition))
                .toList();
        this.consumer.assign(this.partitions);
        this.time = time;
    }

    String name() {
        return this.name;
    }

    Map<TopicPartition, Long> ends() {
        return this.consumer.endOffsets(this.partitions);
    }

    /** How many messages there ever were. */
    long length() {
        return length(ends());
    }

    static long length(Map<TopicPartition, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Waits until the topic has so many messages.
     *
     * @param length how many
     * @param pause time between two looks
     * @return when that was seen, monotonic
     */
    long awaitLength(long length, Duration pause) throws InterruptedException {
        long giveUp = this.time.nanoTime() + PATIENCE.toNanos();
        long seen = length();
        while (seen < length) {
            if (this.time.nanoTime() - giveUp > 0) {
                throw new IllegalStateException("Only %d of %d messages came".formatted(seen, length));
            }
            this.time.sleep(pause);
            seen = length();
        }
        return this.time.nanoTime();
    }

    /** Reads all that came since. */
    Arrivals since(Map<TopicPartition, Long> begin, String tag) {
        Arrivals arrivals = new Arrivals(tag);
        Map<TopicPartition, Long> ends = ends();
        long left = length(ends) - length(begin);
        begin.forEach(this.consumer::seek);
        while (left > 0) {
            for (ConsumerRecord<byte[], byte[]> record : this.consumer.poll(Duration.ofSeconds(1))) {
                arrivals.arrived(Kafka.text(record.key()), Message.number(record.value()));
                left--;
            }
        }
        return arrivals;
    }

    @Override
    public void close() {
        this.consumer.close();
    }
}
