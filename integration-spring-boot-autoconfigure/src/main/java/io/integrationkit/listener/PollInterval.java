package io.integrationkit.listener;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.util.ReflectionUtils;

/** How long a consumer may stay away from the poll before it loses its partitions. */
final class PollInterval {

    private static final Duration BY_DEFAULT = Duration.ofMinutes(5);

    /** Containers show it to their subclasses only. */
    private static final @Nullable Field CONSUMER_FACTORY = consumerFactory();

    private PollInterval() {}

    /** That of a container, {@code null} if it cannot be known. */
    static @Nullable Duration of(AbstractMessageListenerContainer<?, ?> container) {
        if (CONSUMER_FACTORY != null
                && ReflectionUtils.getField(CONSUMER_FACTORY, container) instanceof ConsumerFactory<?, ?> factory) {
            return of(container.getContainerProperties().getKafkaConsumerProperties(), factory);
        }
        return null;
    }

    /** That of a consumer whose factory's settings are overridden. */
    static @Nullable Duration of(Map<?, ?> overrides, ConsumerFactory<?, ?> factory) {
        Object set = overrides.get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
        try {
            Object value = (set != null)
                    ? set
                    : factory.getConfigurationProperties().get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG);
            return (value != null)
                    ? Duration.ofMillis(Long.parseLong(value.toString().trim()))
                    : BY_DEFAULT;
        } catch (UnsupportedOperationException | NumberFormatException unknown) {
            return null;
        }
    }

    private static @Nullable Field consumerFactory() {
        Field field = ReflectionUtils.findField(AbstractMessageListenerContainer.class, "consumerFactory");
        if (field != null) {
            ReflectionUtils.makeAccessible(field);
        }
        return field;
    }
}
