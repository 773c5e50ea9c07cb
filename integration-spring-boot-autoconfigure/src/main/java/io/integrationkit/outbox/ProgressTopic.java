package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compacted topic in which transactions note what they held; a partition a shard, a key an incarnation of the table.
 *
 * <p>An open transaction hides all that is behind it from a reader of what is committed. The own one is settled before
 * a read; that of another table, which should have a topic of its own, is waited for: the read ends only at what was the
 * end of the partition for a reader of everything.
 */
final class ProgressTopic {

    private static final Logger logger = LoggerFactory.getLogger(ProgressTopic.class);

    /** The wanted record is among the last unless others write here, or many transactions were aborted. */
    private static final long FIRST_LOOK = 64;

    private static final int WIDER = 64;

    private static final Duration POLL = Duration.ofMillis(100);

    private final String topic;

    private final Map<String, Object> settings;

    private final Duration longest;

    private final TimeSource time;

    private final AtomicBoolean reported = new AtomicBoolean();

    /**
     * Creates it.
     *
     * @param producer settings of a producer; its connection and security are used
     * @param longest most time a read may take
     */
    ProgressTopic(String topic, Map<String, Object> producer, Duration longest, TimeSource time) {
        this.topic = topic;
        this.time = time;
        this.longest = longest;
        this.settings = new HashMap<>(producer);
        this.settings
                .keySet()
                .removeIf((name) -> ProducerConfig.configNames().contains(name)
                        && !ConsumerConfig.configNames().contains(name));
        this.settings.remove(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG);
        this.settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        this.settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        this.settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(longest.toMillis()));
        this.settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(longest.toMillis()));
    }

    ProducerRecord<byte[], byte[]> record(int shard, String incarnation, BatchProgress progress) {
        return new ProducerRecord<>(this.topic, shard, key(shard, incarnation), progress.encode());
    }

    private static byte[] key(int shard, String incarnation) {
        return (incarnation + "/" + shard).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads what the last committed batch of a shard held. What other incarnations of the table have noted is ignored:
     * their ids mean other messages.
     */
    BatchProgress read(int shard, String incarnation) {
        TopicPartition partition = new TopicPartition(this.topic, shard);
        long end = end(partition);
        try (Consumer<byte[], byte[]> consumer = consumer(partition, "read_committed")) {
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long back = FIRST_LOOK;
            for (long to = end; to > begin; back *= WIDER) {
                long from = Math.max(begin, end - back);
                BatchProgress found = last(consumer, partition, from, to, key(shard, incarnation));
                if (found != null) {
                    return found;
                }
                to = from;
            }
        }
        return BatchProgress.NONE;
    }

    /** Of everything, also of what is not committed. */
    private long end(TopicPartition partition) {
        try (Consumer<byte[], byte[]> consumer = consumer(partition, "read_uncommitted")) {
            return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        }
    }

    private Consumer<byte[], byte[]> consumer(TopicPartition partition, String isolation) {
        Map<String, Object> isolated = new HashMap<>(this.settings);
        isolated.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        isolated.put(ConsumerConfig.CLIENT_ID_CONFIG, "integration-outbox-progress-" + partition.partition());
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(isolated, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        return consumer;
    }

    private @Nullable BatchProgress last(
            Consumer<byte[], byte[]> consumer, TopicPartition partition, long from, long to, byte[] key) {
        consumer.seek(partition, from);
        byte[] found = null;
        long deadline = this.time.nanoTime() + this.longest.toNanos();
        while (consumer.position(partition) < to) {
            if (this.time.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "%s-%d cannot be read to its end at %d; another sender has a transaction open there, or the brokers are slow"
                                .formatted(this.topic, partition.partition(), to));
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (Arrays.equals(key, record.key())) {
                    found = record.value();
                } else {
                    reportForeign(partition);
                }
            }
        }
        return (found != null) ? BatchProgress.decode(found) : null;
    }

    private void reportForeign(TopicPartition partition) {
        if (this.reported.compareAndSet(false, true)) {
            logger.warn(
                    "{}: {} holds the progress of another outbox table, or of this one before it was made anew; it is"
                            + " ignored. Tables in use need topics of their own: integration.outbox.transactional.progress-topic",
                    ProblemCode.OUTBOX_FOREIGN_PROGRESS,
                    partition);
        }
    }
}
