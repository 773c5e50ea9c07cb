package io.integrationkit.outbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Asks the broker, which answers with its own default where a topic has none. Keeps no connection. */
final class BrokerTopicLimits implements TopicLimits.Source {

    private static final int TIMEOUT = 5_000;

    private static final String CLIENT = "integration-outbox-limits";

    private final Map<String, Object> settings;

    BrokerTopicLimits(Map<String, Object> producer) {
        this.settings = KafkaProducerSettings.admin(producer, CLIENT, TIMEOUT);
    }

    @Override
    public Map<String, Long> ask(Set<String> topics, TopicLimits.Unanswered unanswered) {
        Map<String, Long> limits = new HashMap<>();
        Admin admin = Admin.create(this.settings);
        try {
            admin.describeConfigs(topics.stream()
                            .map((topic) -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                            .toList())
                    .values()
                    .forEach((topic, answer) -> note(topic.name(), answer, limits, unanswered));
        } finally {
            admin.close(Duration.ofMillis(TIMEOUT));
        }
        return limits;
    }

    private static void note(
            String topic, KafkaFuture<Config> answer, Map<String, Long> limits, TopicLimits.Unanswered unanswered) {
        try {
            ConfigEntry entry = answer.get().get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
            if (entry != null && entry.value() != null) {
                limits.put(topic, Long.parseLong(entry.value()));
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException ex) {
            unanswered.because("topic '" + topic + "'", ex);
        }
    }
}
