package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Messages in memory, lost at restart. Room is reserved at publish, so that nothing can fail after a commit. */
final class MemoryOutboxStore implements OutboxStore {

    private final TimeSource time;

    private final Supplier<DeadLetters> deadLetters;

    private final MemoryRows rows;

    private final MemoryKeyStates keys;

    MemoryOutboxStore(OutboxSpec spec, TimeSource time, Supplier<DeadLetters> deadLetters) {
        this.time = time;
        this.deadLetters = deadLetters;
        this.rows = new MemoryRows(spec);
        this.keys = new MemoryKeyStates(spec, this.rows, time, deadLetters);
    }

    /** Keeps room for one message. */
    void reserve() {
        reserve(1);
    }

    /** Keeps room for that many messages until they are removed or their room is given back. */
    void reserve(int count) {
        this.rows.reserve(count);
    }

    void giveBack(int count) {
        this.rows.giveBack(count);
    }

    /** Room for each of them was reserved before. */
    @Override
    public void append(List<OutboxRecord> records) {
        synchronized (this.rows) {
            records.forEach((record) -> this.rows.add(record, null, this.time.nanoTime()));
        }
    }

    @Override
    public List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
        synchronized (this.rows) {
            List<StoredMessage> messages = new ArrayList<>();
            for (Window window : windows) {
                this.rows
                        .ofShard(window.shard(), window.after())
                        .filter((message) -> wanted(message.record(), window.skippedKey(), pausedDestinations))
                        .map((message) -> window.keysHeld() ? this.keys.withState(message) : message)
                        .filter((message) -> !window.keysHeld() || !this.keys.held(message))
                        .limit(window.limit())
                        .forEach(messages::add);
            }
            return messages;
        }
    }

    private static boolean wanted(OutboxRecord record, @Nullable String skippedKey, Set<String> paused) {
        return !paused.contains(record.destination()) && (skippedKey == null || !skippedKey.equals(record.key()));
    }

    @Override
    public void delete(List<StoredMessage.Row> deleted) {
        synchronized (this.rows) {
            deleted.forEach(this.rows::remove);
        }
    }

    @Override
    public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), failure, cause));
        delete(List.of(message.row()));
        return true;
    }

    @Override
    public OutboxBacklog backlog() {
        long now = this.time.nanoTime();
        List<Long> since = this.rows.since();
        return new OutboxBacklog(
                since.size(),
                since.stream()
                        .map((nanos) -> Duration.ofNanos(now - nanos))
                        .max(Comparator.naturalOrder())
                        .orElse(null));
    }

    Map<String, OutboxBacklog> backlogs() {
        return this.rows.backlogs(this.time.nanoTime());
    }

    Map<Integer, Long> messagesByShard() {
        return this.rows.messagesByShard();
    }

    @Override
    public KeyStates keys() {
        return this.keys;
    }

    /** Messages are there as soon as they have an id. */
    @Override
    public Writers writers(Collection<Integer> shards, long beyond) {
        synchronized (this.rows) {
            return new Writers(this.rows.lastId(), Set.of(), this.keys.shards());
        }
    }
}
