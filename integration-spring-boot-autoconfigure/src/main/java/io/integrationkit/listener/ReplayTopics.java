package io.integrationkit.listener;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.TopicPartitionOffset;

/**
 * Says to which topic a record of a dead-letter topic may go again: the one its headers name, if it is also the one the
 * dead-letter topic is named after, one a listener of this application reads, or one the settings name. A header alone
 * is not enough: whoever may write to the dead-letter topic would have this application write anywhere.
 */
final class ReplayTopics {

    private final Set<String> suffixes;

    private final Supplier<Stream<MessageListenerContainer>> containers;

    private final TopicNames named;

    ReplayTopics(String suffix, Supplier<Stream<MessageListenerContainer>> containers, TopicNames named) {
        // Spring's own, of today and of before version 3.
        this.suffixes = new LinkedHashSet<>(List.of(suffix, "-dlt", ".DLT"));
        this.containers = containers;
        this.named = named;
    }

    /** Name of a topic, or one no topic can have, which says why there is none. */
    String of(String deadLetterTopic, Headers headers) {
        String origin = DeadLetterHeaders.text(headers, KafkaHeaders.DLT_ORIGINAL_TOPIC, KafkaHeaders.ORIGINAL_TOPIC);
        String base = base(deadLetterTopic);
        if (origin == null || !TopicNames.legal(origin) || origin.equals(deadLetterTopic)) {
            return (base != null) ? base : deadLetterTopic + " (original topic unknown)";
        }
        return (origin.equals(base) || this.named.contains(origin) || isListenedTo(origin))
                ? origin
                : "%s (named by a record of %s only)".formatted(origin, deadLetterTopic);
    }

    private @Nullable String base(String deadLetterTopic) {
        for (String suffix : this.suffixes) {
            if (deadLetterTopic.endsWith(suffix) && deadLetterTopic.length() > suffix.length()) {
                return deadLetterTopic.substring(0, deadLetterTopic.length() - suffix.length());
            }
        }
        return null;
    }

    private boolean isListenedTo(String topic) {
        return this.containers.get().anyMatch((container) -> reads(container.getContainerProperties(), topic));
    }

    private static boolean reads(ContainerProperties properties, String topic) {
        Pattern pattern = properties.getTopicPattern();
        TopicPartitionOffset[] partitions = properties.getTopicPartitions();
        return (properties.getTopics() != null
                        && Arrays.asList(properties.getTopics()).contains(topic))
                || (pattern != null && pattern.matcher(topic).matches())
                || (partitions != null
                        && Arrays.stream(partitions)
                                .anyMatch((partition) -> partition.getTopic().equals(topic)));
    }
}
