package io.integrationkit.outbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Producer settings the relay's promises rest on, over those of the application. */
final class KafkaProducerSettings {

    private static final long OVERHEAD = 64 * 1024;

    private static final int DEFAULT_MAX_REQUEST_SIZE = 1024 * 1024;

    private static final long LONGEST_BLOCK = 500;

    private KafkaProducerSettings() {}

    /**
     * Blocking, waiting and retrying together end within the delivery time-out, since the order of a key rests on it
     * when a shard changes hands. Batches stay below any usual record limit of a topic: one that is refused as too
     * large would be split and sent again and again.
     */
    static Map<String, Object> of(Map<String, Object> application, OutboxSpec spec) {
        long total = spec.deliveryTimeout().toMillis();
        long block = Math.min(LONGEST_BLOCK, total / 8);
        long delivery = total - block;
        Map<String, Object> settings = new HashMap<>(application);
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, block);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(delivery));
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(delivery / 2));
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0L);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 32 * 1024);
        settings.put(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, requestSize(application, spec));
        return settings;
    }

    private static int requestSize(Map<String, Object> application, OutboxSpec spec) {
        Object configured = application.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        long atLeast = (configured != null) ? Long.parseLong(configured.toString()) : DEFAULT_MAX_REQUEST_SIZE;
        return (int) Math.min(Integer.MAX_VALUE, Math.max(atLeast, spec.maxMessageSize() + OVERHEAD));
    }

    /** How long closing the producer may wait for what is under way. */
    static Duration closeTimeout(OutboxSpec spec) {
        return spec.deliveryTimeout();
    }
}
