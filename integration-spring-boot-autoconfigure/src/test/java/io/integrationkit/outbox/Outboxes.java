package io.integrationkit.outbox;

import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterPrivacy;
import io.integrationkit.deadletter.DeadLetterSettings;
import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MaskingSettings;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.event.Downcaster;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.Upcaster;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import tools.jackson.databind.json.JsonMapper;

/** Makes the parts of an outbox for tests. */
final class Outboxes {

    static final PayloadCodec CODEC = new PayloadCodec(JsonMapper.shared());

    static final int SHARDS = 8;

    private Outboxes() {}

    static OutboxSpec spec() {
        return spec(500);
    }

    static OutboxSpec spec(int batchSize) {
        return spec(batchSize, HeadPolicy.CONTINUE);
    }

    static OutboxSpec spec(HeadPolicy onRefused) {
        return spec(500, onRefused);
    }

    static OutboxSpec spec(int batchSize, HeadPolicy onRefused) {
        return new OutboxSpec(
                "shop",
                SHARDS,
                batchSize,
                10_000,
                Duration.ofSeconds(15),
                Duration.ofSeconds(8),
                Duration.ofSeconds(2),
                Duration.ofMillis(25),
                Duration.ofMillis(200),
                1_000,
                Duration.ofSeconds(1),
                PublishSpec.DEFAULT,
                DestinationSpecs.all(onRefused),
                new OutboxSpec.Reading(Duration.ofSeconds(2), false));
    }

    static OutboxSpec spec(PublishSpec publishing) {
        return with(spec(), publishing, spec().destinations());
    }

    /** The same settings for other destinations. */
    static OutboxSpec with(OutboxSpec spec, DestinationSpecs destinations) {
        return with(spec, spec.publishing(), destinations);
    }

    private static OutboxSpec with(OutboxSpec spec, PublishSpec publishing, DestinationSpecs destinations) {
        return new OutboxSpec(
                spec.source(),
                spec.shards(),
                spec.batchSize(),
                spec.maxMessageSize(),
                spec.lease(),
                spec.deliveryTimeout(),
                spec.leaseMargin(),
                spec.pollMin(),
                spec.pollMax(),
                spec.memoryCapacity(),
                spec.sessionGrace(),
                publishing,
                destinations,
                spec.reading());
    }

    /** Reads events of all classes as they are. */
    static EventReader events() {
        return events(new EventTypes(UnaryOperator.identity()), Map.of(), Map.of(), Map.of());
    }

    static EventReader events(
            EventTypes types,
            Map<String, Upcaster> upcasters,
            Map<String, Downcaster> downcasters,
            Map<String, Integer> publishAs) {
        return new EventReader(
                EventVersions.of(types, upcasters, downcasters, publishAs),
                CODEC,
                new EventPolicies<>(NewerVersionPolicy.TOLERANT, Map.of()));
    }

    static OutboxEngine.Parts parts(
            OutboxSpec spec,
            List<MessageDestination> destinations,
            Supplier<DeadLetters> deadLetters,
            TimeSource time) {
        return new OutboxEngine.Parts(
                spec,
                events(),
                CODEC,
                destinations,
                deadLetters,
                time,
                new Random(),
                EventHandlers.none(),
                (failure) -> Failure.outcomeUnknown());
    }

    static DeadLetters deadLetters(@Nullable JdbcAccess access, Supplier<@Nullable MessageReplayer> replayer) {
        OperationReplayer calls = new OperationReplayer(
                new DefaultListableBeanFactory(),
                new OperationRegistry(new DefaultListableBeanFactory(), List::of, TimeSource.system()),
                CODEC);
        DeadLetterStores stores = new DeadLetterStores(
                calls,
                replayer,
                new FailureClassification(List.of(), InstantSource.system()),
                TimeSource.system(),
                () -> null,
                new DeadLetterSettings(Duration.ofMinutes(1), 1_000),
                new DeadLetterPrivacy(
                        CODEC, (name) -> null, (type, version) -> List.of(), MaskingSettings.standard(), null));
        return (access != null) ? stores.inDatabase(access, CODEC) : stores.inMemory();
    }

    static JdbcOutboxStore store(JdbcAccess access, OutboxSpec spec, Supplier<DeadLetters> deadLetters) {
        return new JdbcOutboxStore(access, spec, new HeaderCodec(CODEC), deadLetters);
    }

    /** Nothing is paused. */
    static Pauses pauses() {
        MemoryOutboxStore store =
                new MemoryOutboxStore(spec(), TimeSource.system(), () -> deadLetters(null, () -> null));
        return new Pauses(new MemoryOutboxInspection(store, new MemoryShardLeases(spec(), TimeSource.system(), "me")));
    }

    static OutboxRecord record(String id, @Nullable String key) {
        return record(id, "orders", key);
    }

    static OutboxRecord record(String id, String destination, @Nullable String key) {
        return new OutboxRecord(
                id, destination, key, "order.placed", 1, OutboxMessage.JSON, Map.of("ce_id", id), id.getBytes());
    }

    static List<OutboxStore.Window> everything(int limit) {
        return java.util.stream.IntStream.range(0, SHARDS)
                .mapToObj((shard) -> new OutboxStore.Window(shard, limit, null))
                .toList();
    }
}
