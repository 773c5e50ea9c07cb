package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Messages in memory, lost at restart. Room is reserved at publish, so that nothing can fail after a commit. */
final class MemoryOutboxStore implements OutboxStore {

    private final OutboxSpec spec;

    private final TimeSource time;

    private final Supplier<DeadLetters> deadLetters;

    private final Map<Integer, TreeMap<Long, Entry>> shards = new TreeMap<>();

    private long lastId;

    private int reserved;

    MemoryOutboxStore(OutboxSpec spec, TimeSource time, Supplier<DeadLetters> deadLetters) {
        this.spec = spec;
        this.time = time;
        this.deadLetters = deadLetters;
    }

    /** Keeps room for one message until it is removed or its room is given back. */
    synchronized void reserve() {
        if (this.reserved >= this.spec.memoryCapacity()) {
            throw new RejectedException(
                    ProblemCode.STORE_FULL,
                    "The outbox in memory holds %d messages, as many as integration.outbox.memory-capacity allows"
                            .formatted(this.reserved),
                    this.spec.pollMax());
        }
        this.reserved++;
    }

    synchronized void giveBack(int count) {
        this.reserved -= count;
    }

    /** Room for each of them was reserved before. */
    @Override
    public synchronized void append(List<OutboxRecord> records) {
        for (OutboxRecord record : records) {
            int shard = Shards.of(record.key(), record.messageId(), this.spec.shards());
            StoredMessage.Row row = new StoredMessage.Row(shard, ++this.lastId);
            this.shards
                    .computeIfAbsent(shard, (number) -> new TreeMap<>())
                    .put(row.id(), new Entry(new StoredMessage(row, record, null), this.time.nanoTime()));
        }
    }

    @Override
    public synchronized List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
        List<StoredMessage> messages = new ArrayList<>();
        for (Window window : windows) {
            this.shards.getOrDefault(window.shard(), new TreeMap<>()).values().stream()
                    .map(Entry::message)
                    .filter((message) -> wanted(message.record(), window.skippedKey(), pausedDestinations))
                    .limit(window.limit())
                    .forEach(messages::add);
        }
        return messages;
    }

    private static boolean wanted(OutboxRecord record, @Nullable String skippedKey, Set<String> paused) {
        return !paused.contains(record.destination()) && (skippedKey == null || !skippedKey.equals(record.key()));
    }

    @Override
    public synchronized void delete(List<StoredMessage.Row> rows) {
        for (StoredMessage.Row row : rows) {
            TreeMap<Long, Entry> shard = this.shards.get(row.shard());
            if (shard != null && shard.remove(row.id()) != null) {
                this.reserved--;
            }
        }
    }

    @Override
    public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), failure, cause));
        delete(List.of(message.row()));
        return true;
    }

    @Override
    public synchronized OutboxBacklog backlog() {
        long now = this.time.nanoTime();
        List<Entry> entries = this.shards.values().stream()
                .flatMap((shard) -> shard.values().stream())
                .toList();
        return new OutboxBacklog(
                entries.size(),
                entries.stream()
                        .map((entry) -> Duration.ofNanos(now - entry.since()))
                        .max(Comparator.naturalOrder())
                        .orElse(null));
    }

    synchronized Map<String, OutboxBacklog> backlogs() {
        long now = this.time.nanoTime();
        Map<String, OutboxBacklog> backlogs = new TreeMap<>();
        this.shards.values().stream()
                .flatMap((shard) -> shard.values().stream())
                .forEach((entry) -> backlogs.merge(
                        entry.message().record().destination(),
                        new OutboxBacklog(1, Duration.ofNanos(now - entry.since())),
                        MemoryOutboxStore::together));
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

    private record Entry(StoredMessage message, long since) {}
}
