package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * From the return of the commit to the return of the consumer's poll, both in this process and by its monotonic clock. 100
 * messages a second by the clock, so one that is late does not hold back the next.
 */
final class LatencyProbe {

    private static final Duration INTERVAL = Duration.ofMillis(10);

    private static final int WARM_UP = 200;

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String bootstrapServers;

    private final String topic;

    private final TimeSource time;

    LatencyProbe(String bootstrapServers, String topic, TimeSource time) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.time = time;
    }

    /**
     * Measures.
     *
     * @param tag what the keys of the messages begin with
     * @param duration how long
     * @param committing commits the message of that number, and sends it if nothing else does; calls back in between
     * @return latencies in nanoseconds, ascending
     */
    long[] measure(String tag, Duration duration, Committing committing) throws InterruptedException {
        int count = WARM_UP + (int) duration.dividedBy(INTERVAL);
        AtomicLongArray arrivals = new AtomicLongArray(count);
        long[] commits = new long[count];
        CountDownLatch listening = new CountDownLatch(1);
        CountDownLatch missing = new CountDownLatch(count);
        ExecutorService consuming = Executors.newSingleThreadExecutor();
        Future<?> consumer = consuming.submit(() -> consume(tag, arrivals, listening, missing));
        try {
            listening.await();
            long begin = this.time.nanoTime();
            for (int i = 0; i < count; i++) {
                this.time.sleep(Duration.ofNanos(begin + i * INTERVAL.toNanos() - this.time.nanoTime()));
                committing.commit(i, (number) -> commits[number] = this.time.nanoTime());
            }
            if (!missing.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException(
                        "%d of %d messages did not arrive".formatted(missing.getCount(), count));
            }
            consumer.get();
        } catch (ExecutionException ex) {
            throw new IllegalStateException("The consumer failed", ex);
        } finally {
            consuming.shutdownNow();
        }
        long[] latencies = new long[count - WARM_UP];
        Arrays.setAll(latencies, (i) -> arrivals.get(i + WARM_UP) - commits[i + WARM_UP]);
        Arrays.sort(latencies);
        return latencies;
    }

    private void consume(String tag, AtomicLongArray arrivals, CountDownLatch listening, CountDownLatch missing) {
        try (KafkaConsumer<byte[], byte[]> consumer = Kafka.consumer(this.bootstrapServers)) {
            List<TopicPartition> partitions = consumer.partitionsFor(this.topic).stream()
                    .map((partition) -> new TopicPartition(this.topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            listening.countDown();
            while (missing.getCount() > 0 && !Thread.currentThread().isInterrupted()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
                    long now = this.time.nanoTime();
                    int index = (int) Message.number(record.value()) - 1;
                    if (Message.belongsTo(tag, Kafka.text(record.key())) && arrivals.compareAndSet(index, 0, now)) {
                        missing.countDown();
                    }
                }
            }
        }
    }

    static double millisAt(double share, long[] ascending) {
        return ascending[(int) Math.ceil(share * ascending.length) - 1] / 1e6;
    }

    /** Commits a message. */
    interface Committing {

        void commit(int index, IntConsumer committed);
    }
}
