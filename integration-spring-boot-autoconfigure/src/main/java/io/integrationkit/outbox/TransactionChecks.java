package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the brokers can do what transactions of the outbox need.
 *
 * <p>In the protocol before {@code transaction.version} 2 a delayed commit or abort may apply to a later transaction of
 * the same producer. A topic that is missing costs each transaction a time-out; one that is not compacted forgets by age
 * what the last batch held.
 */
final class TransactionChecks {

    private static final int TIMEOUT = 5_000;

    private static final String FEATURE = "transaction.version";

    private static final int LEAST_VERSION = 2;

    private final TransactionSpec spec;

    private final int shards;

    private final Map<String, Object> settings;

    TransactionChecks(TransactionSpec spec, int shards, Map<String, Object> producer) {
        this.spec = spec;
        this.shards = shards;
        this.settings = KafkaProducerSettings.admin(producer, "integration-outbox-checks", TIMEOUT);
    }

    /**
     * Asks the brokers, and creates the topic if that is wanted.
     *
     * @throws OutboxConfigurationException if something is missing
     * @throws KafkaException if the brokers do not answer
     */
    void run() {
        Admin admin = Admin.create(this.settings);
        try {
            requireVersion(admin);
            TopicDescription topic = describe(admin);
            if (topic == null) {
                create(admin);
            } else {
                requirePartitions(topic);
                requireCompaction(admin);
            }
        } finally {
            admin.close(Duration.ofMillis(TIMEOUT));
        }
    }

    private static void requireVersion(Admin admin) {
        FinalizedVersionRange finalized = answer(admin.describeFeatures().featureMetadata())
                .finalizedFeatures()
                .get(FEATURE);
        int version = (finalized != null) ? finalized.maxVersionLevel() : 0;
        if (version < LEAST_VERSION) {
            throw new OutboxConfigurationException(
                    ProblemCode.OUTBOX_TRANSACTIONS_TOO_OLD,
                    "integration.outbox send-mode 'transactional' needs %s %d of the brokers, which have %d"
                            .formatted(FEATURE, LEAST_VERSION, version),
                    ("Upgrade the brokers to Kafka 4 and run kafka-features.sh --bootstrap-server … upgrade --feature"
                                    + " %s=%d, or set integration.outbox.send-mode=strict.")
                            .formatted(FEATURE, LEAST_VERSION),
                    null);
        }
    }

    private @Nullable TopicDescription describe(Admin admin) {
        try {
            return answer(admin.describeTopics(List.of(this.spec.progressTopic()))
                            .allTopicNames())
                    .get(this.spec.progressTopic());
        } catch (UnknownTopicOrPartitionException ex) {
            return null;
        }
    }

    private void create(Admin admin) {
        if (!this.spec.createTopic()) {
            throw unfit("is missing and is not to be created", null);
        }
        NewTopic topic = new NewTopic(this.spec.progressTopic(), Optional.of(this.shards), Optional.empty())
                .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        try {
            answer(admin.createTopics(List.of(topic)).all());
        } catch (TopicExistsException ex) {
            requireCompaction(admin);
        } catch (RetriableException ex) {
            throw ex;
        } catch (KafkaException ex) {
            throw unfit("is missing and could not be created", ex);
        }
    }

    private void requirePartitions(TopicDescription topic) {
        if (topic.partitions().size() < this.shards) {
            throw unfit(
                    "has %d partitions for %d shards (integration.outbox.shards)"
                            .formatted(topic.partitions().size(), this.shards),
                    null);
        }
    }

    private void requireCompaction(Admin admin) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, this.spec.progressTopic());
        Config config = answer(admin.describeConfigs(List.of(resource)).all()).get(resource);
        ConfigEntry policy = (config != null) ? config.get(TopicConfig.CLEANUP_POLICY_CONFIG) : null;
        String value = (policy != null) ? policy.value() : null;
        if (!TopicConfig.CLEANUP_POLICY_COMPACT.equals(value)) {
            throw unfit("has %s=%s".formatted(TopicConfig.CLEANUP_POLICY_CONFIG, value), null);
        }
    }

    private OutboxConfigurationException unfit(String what, @Nullable Throwable cause) {
        return new OutboxConfigurationException(
                ProblemCode.OUTBOX_PROGRESS_TOPIC,
                "Topic '%s' (integration.outbox.transactional.progress-topic) %s"
                        .formatted(this.spec.progressTopic(), what),
                ("Run kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions %d --config"
                                + " cleanup.policy=compact, or change the topic to be like that.")
                        .formatted(servers(), this.spec.progressTopic(), this.shards),
                cause);
    }

    private String servers() {
        Object servers = this.settings.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        return (servers instanceof List<?> several)
                ? String.join(",", several.stream().map(String::valueOf).toList())
                : String.valueOf(servers);
    }

    private static <T> T answer(KafkaFuture<T> asked) {
        try {
            return asked.get();
        } catch (InterruptedException ex) {
            throw new InterruptException(ex);
        } catch (ExecutionException ex) {
            throw (ex.getCause() instanceof KafkaException kafka) ? kafka : new KafkaException(ex.getCause());
        }
    }
}
