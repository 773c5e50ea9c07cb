package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The simulated database: rows that nobody sees before their transaction commits, who is writing, leases, pauses and dead
 * letters. Each method is one statement or transaction. Rows and states of keys are those of the outbox in memory, which
 * passes the same contract as the tables.
 */
final class SimDatabase implements TimeSource {

    private final SimWorld world;

    private final OutboxSpec spec;

    private final SimOracle oracle;

    private final MemoryOutboxStore memory;

    private final boolean knowsWriters;

    private final Map<Long, String> idOfRow = new HashMap<>();

    private final Map<String, StoredMessage.Row> rows = new LinkedHashMap<>();

    private final Set<Long> invisible = new HashSet<>();

    private final Set<String> writers = new TreeSet<>();

    private final Set<String> paused = new TreeSet<>();

    private final SimLeaseTable leases;

    private final Set<String> deadLetters = new LinkedHashSet<>();

    SimDatabase(SimWorld world, OutboxSpec spec, SimOracle oracle, boolean knowsWriters) {
        this.world = world;
        this.spec = spec;
        this.oracle = oracle;
        this.knowsWriters = knowsWriters;
        this.leases = new SimLeaseTable(world, spec);
        DeadLetters letters = (DeadLetters) Proxy.newProxyInstance(
                DeadLetters.class.getClassLoader(),
                new Class<?>[] {DeadLetters.class},
                (proxy, method, arguments) -> deadLetter((DeadLetterMessage) arguments[0]));
        this.memory = new MemoryOutboxStore(spec, this, () -> letters);
    }

    SimLeaseTable leases() {
        return this.leases;
    }

    Set<String> paused() {
        return this.paused;
    }

    KeyStates keys() {
        return this.memory.keys();
    }

    private String deadLetter(DeadLetterMessage message) {
        String id = String.valueOf(message.messageId());
        this.deadLetters.add(id);
        StoredMessage.Row row = this.rows.remove(id);
        if (row == null) {
            throw this.world.violated("dead letter " + id + " without a row");
        }
        this.idOfRow.remove(row.id());
        this.oracle.becameDeadLetter(id, this.leases.epoch(row.shard()), row.shard());
        return id;
    }

    /** The dead letters that nobody has closed, the oldest first. */
    List<String> deadLetters() {
        return List.copyOf(this.deadLetters);
    }

    void replay(OutboxRecord record) {
        keys().replay(record);
        this.deadLetters.remove(record.messageId());
        added(record);
    }

    void discard(OutboxRecord record) {
        this.deadLetters.remove(record.messageId());
        if (record.key() != null) {
            keys().discarded(record.destination(), record.key(), record.messageId());
        }
    }

    /** Draws ids; nobody else sees the rows. */
    List<StoredMessage.Row> insert(String writer, List<OutboxRecord> records) {
        this.writers.add(writer);
        return insertUnseen(records);
    }

    /** As if they came back from a backup: their ids are drawn, and no writer is known. */
    List<StoredMessage.Row> insertUnseen(List<OutboxRecord> records) {
        List<StoredMessage.Row> inserted = new ArrayList<>();
        for (OutboxRecord record : records) {
            this.memory.reserve();
            this.memory.append(List.of(record));
            StoredMessage.Row row = added(record);
            this.invisible.add(row.id());
            inserted.add(row);
        }
        return inserted;
    }

    private StoredMessage.Row added(OutboxRecord record) {
        long id = this.memory.writers(Set.of(), 0).lastId();
        int shard = Shards.of(record.key(), record.messageId(), this.spec.shards());
        StoredMessage.Row row = new StoredMessage.Row(shard, id);
        this.rows.put(record.messageId(), row);
        this.idOfRow.put(id, record.messageId());
        return row;
    }

    void commit(String writer, List<StoredMessage.Row> inserted) {
        inserted.forEach((row) -> this.invisible.remove(row.id()));
        this.writers.remove(writer);
    }

    void rollBack(String writer, List<StoredMessage.Row> inserted) {
        delete(inserted);
        commit(writer, inserted);
    }

    boolean isEmpty() {
        return this.rows.isEmpty();
    }

    Set<String> owed() {
        return this.rows.keySet();
    }

    boolean exists(StoredMessage.Row row) {
        return this.idOfRow.containsKey(row.id());
    }

    List<StoredMessage> read(List<OutboxStore.Window> windows, Set<String> pausedDestinations) {
        List<StoredMessage> messages = new ArrayList<>();
        long bytes = 0;
        for (OutboxStore.Window window : windows) {
            OutboxStore.Window all = new OutboxStore.Window(
                    window.shard(),
                    window.limit() + this.invisible.size(),
                    window.skippedKey(),
                    window.after(),
                    window.keysHeld());
            int found = 0;
            for (StoredMessage message : this.memory.read(List.of(all), pausedDestinations)) {
                if (found < window.limit()
                        && bytes < OutboxStore.MOST_BYTES
                        && !this.invisible.contains(message.row().id())) {
                    messages.add(this.oracle.asRead(message));
                    bytes += message.bytes();
                    found++;
                }
            }
        }
        return messages;
    }

    boolean knowsWriters() {
        return this.knowsWriters;
    }

    long lastId(Collection<Integer> shards, long beyond) {
        return this.rows.values().stream()
                .filter((row) -> shards.contains(row.shard()) && !this.invisible.contains(row.id()))
                .mapToLong(StoredMessage.Row::id)
                .filter((id) -> id > beyond)
                .max()
                .orElse(0);
    }

    Set<String> writers() {
        return Set.copyOf(this.writers);
    }

    Set<Integer> holding(Collection<Integer> shards) {
        Set<Integer> holding = new HashSet<>(this.memory.writers(shards, 0).holding());
        holding.retainAll(shards);
        return holding;
    }

    void delete(List<StoredMessage.Row> deleted) {
        this.memory.delete(deleted);
        for (StoredMessage.Row row : deleted) {
            String id = this.idOfRow.remove(row.id());
            if (id != null) {
                this.rows.remove(id);
            }
        }
    }

    String idOf(StoredMessage.Row row) {
        return this.idOfRow.getOrDefault(row.id(), "");
    }

    void move(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        if (exists(message.row())) {
            this.memory.moveToDeadLetters(message, lease, failure, cause);
        }
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(this.world.now());
    }

    @Override
    public long nanoTime() {
        return this.world.now();
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException();
    }
}
