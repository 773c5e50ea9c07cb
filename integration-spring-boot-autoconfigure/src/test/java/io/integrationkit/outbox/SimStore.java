package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The simulated database as one relay uses it: statements take time, fail before or after, and others come between. */
final class SimStore implements OutboxStore {

    private static final Field READER = field(RelayLoop.class, "reader");

    private static final Field OPEN = field(ShardReader.class, "open");

    private final SimRun run;

    private final SimRelay relay;

    private final SimDatabase database;

    private final KeyStates keys;

    SimStore(SimRun run, SimRelay relay) {
        this.run = run;
        this.relay = relay;
        this.database = run.database;
        this.keys = new SimKeyStates(run, this);
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Does something in the database; a failure leaves open whether it was done. */
    <T> T statement(String name, Supplier<T> effect) {
        this.relay.point();
        fail(name);
        T answer = effect.get();
        this.relay.point();
        fail(name);
        return answer;
    }

    private void fail(String name) {
        if (this.run.nemesis.databaseFails()) {
            this.run.world.note(() -> this.relay + " " + name + " fails");
            throw new SimDatabaseFault(name);
        }
    }

    @Override
    public void append(List<OutboxRecord> records) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
        requireRoom(windows);
        List<StoredMessage> messages = statement("read", () -> this.database.read(windows, pausedDestinations));
        if (!messages.isEmpty()) {
            this.run.world.note(() -> this.relay + " reads " + windows + " -> "
                    + messages.stream()
                            .map((message) -> message.record().messageId())
                            .toList());
        }
        return messages;
    }

    private void requireRoom(List<Window> windows) {
        int most = windows.stream().mapToInt(Window::limit).sum();
        OutboxSpec spec = this.run.spec;
        int open;
        try {
            open = OPEN.getInt(READER.get(this.relay.loop()));
        } catch (IllegalAccessException ex) {
            throw new IllegalStateException(ex);
        }
        int room = spec.batchSize() * 2;
        if (open >= room || open + most > room + spec.batchSize() / 2 + spec.shards()) {
            throw this.run.world.violated(
                    "%s has %d rows in memory and asks for %d more".formatted(this.relay, open, most));
        }
    }

    @Override
    public void delete(List<StoredMessage.Row> rows) {
        if (rows.size() > this.run.spec.batchSize()) {
            throw this.run.world.violated(this.relay + " kept back the DELETE of " + rows.size() + " rows");
        }
        List<String> ids = rows.stream().map(this.database::idOf).toList();
        ids.forEach((id) -> this.run.oracle.deleting(id, true));
        statement("delete", () -> {
            this.run.world.note(() -> this.relay + " deletes " + ids);
            this.database.delete(rows);
            return true;
        });
        ids.forEach((id) -> this.run.oracle.deleting(id, false));
    }

    @Override
    public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        return fenced("move " + message.record().messageId(), lease, () -> {
            this.database.move(message, lease, failure, cause);
            return true;
        });
    }

    boolean fenced(String name, ShardLease lease, Supplier<Boolean> effect) {
        return statement(name, () -> {
            boolean holds =
                    this.run.lacks(SimSafeguard.FENCE) || this.database.leases().holds(lease);
            this.run.world.note(() -> "%s %s, lease %s".formatted(this.relay, name, holds ? "held" : "lost"));
            return holds && effect.get();
        });
    }

    @Override
    public OutboxBacklog backlog() {
        throw new UnsupportedOperationException();
    }

    @Override
    public KeyStates keys() {
        return this.keys;
    }

    /** Three statements, and between them anything may happen. */
    @Override
    public @Nullable Writers writers(Collection<Integer> shards, long beyond) {
        if (!this.database.knowsWriters()) {
            return null;
        }
        long lastId = statement("lastId", () -> this.database.lastId(shards, beyond));
        Set<String> open = statement("writers", this.database::writers);
        Set<Integer> holding = statement("holding", () -> this.database.holding(shards));
        return new Writers(
                lastId,
                this.run.lacks(SimSafeguard.OPEN_WRITERS) ? Set.of() : open,
                this.run.lacks(SimSafeguard.HELD_KEYS) ? Set.of() : holding);
    }
}
