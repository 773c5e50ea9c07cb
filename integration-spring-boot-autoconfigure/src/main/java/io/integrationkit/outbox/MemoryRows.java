package io.integrationkit.outbox;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The rows of an outbox in memory, by shard and id. Guarded by itself: whoever uses it holds its monitor. */
final class MemoryRows {

    private final OutboxSpec spec;

    private final Map<Integer, TreeMap<Long, Entry>> shards = new TreeMap<>();

    private long lastId;

    private int reserved;

    MemoryRows(OutboxSpec spec) {
        this.spec = spec;
    }

    /** Keeps room for that many messages until they are removed or their room is given back. */
    synchronized void reserve(int count) {
        if (this.reserved + count > this.spec.memoryCapacity()) {
            throw new RejectedException(
                    ProblemCode.STORE_FULL,
                    "The outbox in memory holds %d messages, as many as integration.outbox.memory-capacity allows"
                            .formatted(this.reserved),
                    this.spec.pollMax());
        }
        this.reserved += count;
    }

    synchronized void giveBack(int count) {
        this.reserved -= count;
    }

    synchronized void add(OutboxRecord record, @Nullable Long replayOf, long now) {
        int shard = Shards.of(record.key(), record.messageId(), this.spec.shards());
        StoredMessage.Row row = new StoredMessage.Row(shard, ++this.lastId);
        this.shards
                .computeIfAbsent(shard, (number) -> new TreeMap<>())
                .put(row.id(), new Entry(new StoredMessage(row, record, null, replayOf, null), now));
    }

    /** Returns whether the row was there. */
    synchronized boolean remove(StoredMessage.Row row) {
        TreeMap<Long, Entry> shard = this.shards.get(row.shard());
        if (shard == null || shard.remove(row.id()) == null) {
            return false;
        }
        this.reserved--;
        return true;
    }

    synchronized @Nullable StoredMessage find(StoredMessage.Row row) {
        Entry entry = this.shards.getOrDefault(row.shard(), new TreeMap<>()).get(row.id());
        return (entry != null) ? entry.message() : null;
    }

    synchronized long lastId() {
        return this.lastId;
    }

    synchronized Stream<StoredMessage> ofShard(int shard, long after) {
        return this.shards.getOrDefault(shard, new TreeMap<>()).tailMap(after, false).values().stream()
                .map(Entry::message);
    }

    synchronized List<Long> since() {
        return this.shards.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .map(Entry::since)
                .toList();
    }

    synchronized Map<String, OutboxBacklog> backlogs(long now) {
        Map<String, OutboxBacklog> backlogs = new TreeMap<>();
        this.shards.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .forEach((entry) -> backlogs.merge(
                        entry.message().record().destination(),
                        new OutboxBacklog(1, Duration.ofNanos(now - entry.since())),
                        MemoryRows::together));
        return backlogs;
    }

    private static OutboxBacklog together(OutboxBacklog one, OutboxBacklog other) {
        Duration first = Objects.requireNonNull(one.oldestAge());
        Duration second = Objects.requireNonNull(other.oldestAge());
        return new OutboxBacklog(one.messages() + other.messages(), (first.compareTo(second) > 0) ? first : second);
    }

    synchronized Map<Integer, Long> messagesByShard() {
        Map<Integer, Long> messages = new TreeMap<>();
        this.shards.forEach((shard, entries) -> messages.put(shard, (long) entries.size()));
        return messages;
    }

    /** Ids of the replays of a key, ascending. */
    synchronized Stream<Long> replays(int shard, String destination, String key) {
        return ofShard(shard, 0)
                .filter((message) -> message.replayOf() != null
                        && message.record().destination().equals(destination)
                        && key.equals(message.record().key()))
                .map((message) -> message.row().id());
    }

    private record Entry(StoredMessage message, long since) {}
}
