package io.integrationkit.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Settings of a producer of the kit's own: connected as the application's, and sure of what was acknowledged. */
public final class AcknowledgedProducer {

    private AcknowledgedProducer() {}

    /**
     * Makes the settings: all replicas acknowledge, what is sent again stays at its place, there is no transaction, and
     * blocking, waiting and retrying together end within a time.
     *
     * @param application settings of the application's producers, left as they are; connection, security, compression
     *     and interceptors are taken over
     * @param total how long a send may take in all
     * @param block the part of it in which a send may block its thread: for the names of the brokers, of the topic, and
     *     for room in the buffer
     * @return a new map
     */
    public static Map<String, Object> settings(Map<String, Object> application, Duration total, Duration block) {
        long delivery = total.minus(block).toMillis();
        Map<String, Object> settings = new HashMap<>(application);
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, block.toMillis());
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Math.toIntExact(delivery));
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.toIntExact(delivery / 2));
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0L);
        return settings;
    }
}
