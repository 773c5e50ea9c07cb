package io.integrationkit.outbox;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** Asks the broker, which answers with its own default where a topic has none. Keeps no connection. */
final class BrokerTopicLimits implements TopicLimits.Source {

    private static final int TIMEOUT = 5_000;

    private static final String CLIENT = "integration-outbox-limits";

    private final Map<String, Object> settings;

    BrokerTopicLimits(Map<String, Object> producer) {
        this.settings = new HashMap<>(producer);
        Set<String> ofAdmin = AdminClientConfig.configNames();
        this.settings
                .keySet()
                .removeIf((name) -> ProducerConfig.configNames().contains(name) && !ofAdmin.contains(name));
        this.settings.put(AdminClientConfig.CLIENT_ID_CONFIG, CLIENT);
        this.settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT);
        this.settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, TIMEOUT);
        this.settings.put(AdminClientConfig.RETRIES_CONFIG, 1);
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
