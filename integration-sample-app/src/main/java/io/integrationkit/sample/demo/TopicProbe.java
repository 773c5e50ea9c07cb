package io.integrationkit.sample.demo;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Looks at a topic and at how far its consumer groups have come. */
final class TopicProbe implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Admin admin;

    private final String bootstrapServers;

    private final String topic;

    private final List<String> groups;

    TopicProbe(String bootstrapServers, String topic, List<String> groups) {
        this.bootstrapServers = bootstrapServers;
        this.topic = topic;
        this.groups = groups;
        this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** Where a partition begins and ends, and up to where all groups have committed. */
    record Span(long begin, long committed, long end) {}

    Map<TopicPartition, Span> spans() {
        Set<TopicPartition> partitions = partitions();
        Map<TopicPartition, Long> begins = offsets(partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> committed = new HashMap<>();
        for (String group : this.groups) {
            Map<TopicPartition, OffsetAndMetadata> ofGroup =
                    await(this.admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
            begins.forEach((partition, begin) -> {
                OffsetAndMetadata offset = ofGroup.get(partition);
                committed.merge(partition, (offset != null) ? offset.offset() : begin, Math::min);
            });
        }
        Map<TopicPartition, Span> spans = new HashMap<>();
        offsets(partitions, OffsetSpec.latest()).forEach((partition, end) -> {
            long begin = begins.getOrDefault(partition, end);
            spans.put(partition, new Span(begin, committed.getOrDefault(partition, begin), end));
        });
        return spans;
    }

    private Set<TopicPartition> partitions() {
        return await(this.admin.describeTopics(List.of(this.topic)).allTopicNames()).values().stream()
                .flatMap((description) -> description.partitions().stream())
                .map((info) -> new TopicPartition(this.topic, info.partition()))
                .collect(Collectors.toSet());
    }

    private Map<TopicPartition, Long> offsets(Set<TopicPartition> partitions, OffsetSpec spec) {
        Map<TopicPartition, OffsetSpec> specs =
                partitions.stream().collect(Collectors.toMap((partition) -> partition, (partition) -> spec));
        return await(this.admin.listOffsets(specs).all()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, (entry) -> entry.getValue().offset()));
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException ex) {
            throw new HubUnreachableException("The broker", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new HubUnreachableException("The broker", ex);
        }
    }

    /** Hands over the values of all records that some group has not committed. */
    void unconsumed(Consumer<byte[]> values) {
        Map<TopicPartition, Span> open = new HashMap<>(spans());
        open.values().removeIf((span) -> span.committed() >= span.end());
        if (open.isEmpty()) {
            return;
        }
        Map<String, Object> config = Map.of("bootstrap.servers", this.bootstrapServers);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(open.keySet());
            open.forEach((partition, span) -> consumer.seek(partition, span.committed()));
            while (open.entrySet().stream()
                    .anyMatch((entry) ->
                            consumer.position(entry.getKey()) < entry.getValue().end())) {
                for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(TIMEOUT)) {
                    values.accept(entry.value());
                }
            }
        }
    }

    @Override
    public void close() {
        this.admin.close(TIMEOUT);
    }
}
