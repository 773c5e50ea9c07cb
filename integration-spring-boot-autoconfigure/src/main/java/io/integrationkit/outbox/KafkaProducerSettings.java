package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.kafka.AcknowledgedProducer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;

/** Producer settings the relay's promises rest on, over those of the application. */
final class KafkaProducerSettings {

    private static final long OVERHEAD = 64 * 1024;

    private static final int DEFAULT_MAX_REQUEST_SIZE = 1024 * 1024;

    private static final long DEFAULT_BUFFER_MEMORY = 32L * 1024 * 1024;

    private static final long LONGEST_BLOCK = 500;

    private KafkaProducerSettings() {}

    /**
     * Blocking, waiting and retrying together end within the delivery time-out, since the order of a key rests on it
     * when a shard changes hands. Batches stay below any usual record limit of a topic: one that is refused as too
     * large would be split and sent again and again.
     */
    static Map<String, Object> of(Map<String, Object> application, OutboxSpec spec) {
        requirePartitionByKey(application);
        Duration total = spec.deliveryTimeout();
        Duration block = Duration.ofMillis(Math.min(LONGEST_BLOCK, total.toMillis() / 8));
        Map<String, Object> settings = AcknowledgedProducer.settings(application, total, block);
        DualWriteInterceptor.removeFrom(settings);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 32 * 1024);
        settings.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, requestSize(application, spec));
        return settings;
    }

    /**
     * Settings of the producer that sends for one shard in transactions, over those of {@link #of}. A send that waits and
     * a commit end within the delivery time-out together. What a dead sender leaves open hides what is behind it from
     * consumers, so the broker ends it when the lease would.
     */
    static Map<String, Object> transactional(Map<String, Object> settings, OutboxSpec spec, String id, int shard) {
        long half = spec.deliveryTimeout().toMillis() / 2;
        Map<String, Object> transactional = new HashMap<>(settings);
        transactional.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
        transactional.put(
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                Math.toIntExact(spec.lease().toMillis()));
        transactional.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, half);
        transactional.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(half));
        transactional.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(half / 2));
        transactional.put(ProducerConfig.CLIENT_ID_CONFIG, "integration-outbox-transactions-" + shard);
        return transactional;
    }

    /** Settings of an admin client that is connected like the producer. */
    static Map<String, Object> admin(Map<String, Object> producer, String client, int timeoutMillis) {
        Map<String, Object> settings = new HashMap<>(producer);
        Set<String> ofAdmin = AdminClientConfig.configNames();
        settings.keySet().removeIf((name) -> ProducerConfig.configNames().contains(name) && !ofAdmin.contains(name));
        settings.put(AdminClientConfig.CLIENT_ID_CONFIG, client);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMillis);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMillis);
        settings.put(AdminClientConfig.RETRIES_CONFIG, 1);
        return settings;
    }

    private static int requestSize(Map<String, Object> application, OutboxSpec spec) {
        long atLeast = number(application, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DEFAULT_MAX_REQUEST_SIZE);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(atLeast, spec.maxMessageSize() + OVERHEAD));
    }

    /** The order of a key is that of its partition. */
    private static void requirePartitionByKey(Map<String, Object> application) {
        Object ignoring = application.get(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG);
        if (ignoring != null && Boolean.parseBoolean(ignoring.toString())) {
            throw unordered(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, ignoring);
        }
        Object partitioner = application.get(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        String name = (partitioner instanceof Class<?> type) ? type.getName() : String.valueOf(partitioner);
        if (name.equals(RoundRobinPartitioner.class.getName())) {
            throw unordered(ProducerConfig.PARTITIONER_CLASS_CONFIG, name);
        }
    }

    private static OutboxConfigurationException unordered(String property, Object value) {
        return new OutboxConfigurationException(
                ProblemCode.INVALID_SETTING,
                "The outbox keeps the order of a key by its partition; a producer with %s=%s spreads it over all"
                        .formatted(property, value),
                "Remove spring.kafka.producer.properties[%s], or define a KafkaMessageDestination bean whose ProducerFactory is without it."
                        .formatted(property),
                null);
    }

    /** Whether a record may become smaller on its way, by how much nobody can say before. */
    static boolean compressed(Map<String, Object> settings) {
        Object type = settings.get(ProducerConfig.COMPRESSION_TYPE_CONFIG);
        return type != null && !type.toString().equals("none");
    }

    /** The most bytes the producer takes; it counts before it compresses. */
    static SizeLimit limit(Map<String, Object> settings) {
        long request = number(settings, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, DEFAULT_MAX_REQUEST_SIZE);
        long buffer = number(settings, ProducerConfig.BUFFER_MEMORY_CONFIG, DEFAULT_BUFFER_MEMORY);
        return (request <= buffer)
                ? new SizeLimit(
                        request - KafkaRecordSize.PRODUCERS_ESTIMATE,
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG + " of the producer")
                : new SizeLimit(
                        buffer - KafkaRecordSize.PRODUCERS_ESTIMATE,
                        ProducerConfig.BUFFER_MEMORY_CONFIG + " of the producer");
    }

    private static long number(Map<String, Object> settings, String name, long byDefault) {
        Object configured = settings.get(name);
        return (configured != null) ? Long.parseLong(configured.toString()) : byDefault;
    }
}
