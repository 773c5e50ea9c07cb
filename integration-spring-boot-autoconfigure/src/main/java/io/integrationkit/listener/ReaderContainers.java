package io.integrationkit.listener;

import io.integrationkit.call.Finding;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.MessageListener;
import org.springframework.util.backoff.ExponentialBackOff;

/** Makes the container that reads dead-letter topics. */
final class ReaderContainers {

    static final Duration AUTH_RETRY = Duration.ofSeconds(10);

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetterReader.class);

    private static final Duration LISTING = Duration.ofSeconds(5);

    private static final int RECORDS_A_POLL = 100;

    private static final int TOPICS_KNOWN_FOR_MILLIS = 30_000;

    /** Of the application's consumers alone: members, codecs, and what has its own idea of a record. */
    private static final Set<String> NOT_TAKEN = Set.of(
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.CLIENT_ID_CONFIG,
            ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
            ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
            ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);

    private ReaderContainers() {}

    /** Reads what was committed, from the beginning, and makes no topic by asking for it. */
    static ConsumerFactory<byte[], byte[]> consumers(ConsumerFactory<?, ?> application) {
        Map<String, Object> settings = new HashMap<>(application.getConfigurationProperties());
        settings.keySet().removeAll(NOT_TAKEN);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL);
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 300_000);
        settings.putIfAbsent(ConsumerConfig.METADATA_MAX_AGE_CONFIG, TOPICS_KNOWN_FOR_MILLIS);
        return new DefaultKafkaConsumerFactory<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static ConcurrentMessageListenerContainer<byte[], byte[]> container(
            DeadLetterReaderSpec spec,
            ConsumerFactory<byte[], byte[]> consumers,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> keep,
            ReaderTrouble trouble,
            ApplicationEventPublisher events) {
        ContainerProperties properties = properties(spec.topics());
        properties.setGroupId(spec.group());
        properties.setClientId(spec.group());
        properties.setAuthExceptionRetryInterval(AUTH_RETRY);
        properties.setMicrometerEnabled(false);
        properties.setMessageListener((MessageListener<byte[], byte[]>) (received) -> store(received, keep, trouble));
        properties.setConsumerRebalanceListener(new MissingTopics(spec.topics(), trouble));
        ConcurrentMessageListenerContainer<byte[], byte[]> container =
                new ConcurrentMessageListenerContainer<>(consumers, properties);
        container.setBeanName("integration-dead-letter-topics");
        container.setApplicationEventPublisher(events);
        container.setCommonErrorHandler(again());
        return container;
    }

    private static ContainerProperties properties(TopicNames topics) {
        return topics.any().isEmpty()
                ? new ContainerProperties(topics.exact().toArray(String[]::new))
                : new ContainerProperties(topics.pattern());
    }

    private static void store(
            ConsumerRecord<byte[], byte[]> received,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> keep,
            ReaderTrouble trouble) {
        String key = "store " + received.topic() + "-" + received.partition();
        try {
            keep.accept(received);
        } catch (RuntimeException ex) {
            trouble.begins(
                    key,
                    new Finding(
                            ProblemCode.DEAD_LETTER_TOPIC_NOT_STORED,
                            RecordMessage.position(received.topic(), received.partition(), received.offset()),
                            ("The record cannot be stored as a dead letter now (%s); it is tried again, and those behind it"
                                            + " wait; mend the store of the dead letters")
                                    .formatted(ex.getClass().getName())),
                    ex);
            throw ex;
        }
        trouble.ends(key);
    }

    /** Whatever happens, the record comes again. */
    private static DefaultErrorHandler again() {
        ExponentialBackOff backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(10_000);
        DefaultErrorHandler handler = new DefaultErrorHandler(
                (received, exception) -> {
                    throw new IllegalStateException("a record of a dead-letter topic is never given up", exception);
                },
                backOff);
        handler.setClassifications(Map.of(), true);
        handler.setLogLevel(KafkaException.Level.DEBUG);
        return handler;
    }

    /** Looks for topics that are not there, or that must not be seen, whenever the partitions are shared out. */
    private record MissingTopics(TopicNames topics, ReaderTrouble trouble) implements ConsumerAwareRebalanceListener {

        @Override
        public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            LOGGER.info("Reads dead-letter topics: {}", partitions);
            if (this.topics.exact().isEmpty()) {
                return;
            }
            try {
                Set<String> seen = consumer.listTopics(LISTING).keySet();
                this.topics.exact().forEach((topic) -> look(topic, seen.contains(topic)));
            } catch (org.apache.kafka.common.KafkaException ex) {
                LOGGER.debug("Which topics there are is not known", ex);
            }
        }

        /** Whoever has them now tells of them. */
        @Override
        public void onPartitionsRevokedAfterCommit(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            partitions.forEach((partition) -> this.trouble.ends("store " + partition));
        }

        @Override
        public void onPartitionsLost(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            onPartitionsRevokedAfterCommit(consumer, partitions);
        }

        private void look(String topic, boolean there) {
            if (there) {
                this.trouble.ends("topic " + topic);
                return;
            }
            this.trouble.begins(
                    "topic " + topic,
                    new Finding(
                            ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE,
                            topic,
                            "The dead-letter topic is not there, or may not be seen by this application; create it, allow it"
                                    + " to be described and read, or correct integration.listeners.dead-letter-topics"),
                    null);
        }
    }
}
