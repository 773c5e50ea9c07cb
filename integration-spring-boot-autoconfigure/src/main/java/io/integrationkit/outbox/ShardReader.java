package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Decides when which shards are read and how much of each, and remembers which rounds are open. Used by the relay's
 * thread only.
 */
final class ShardReader {

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final ShardLeases leases;

    private final TimeSource time;

    private final Map<Integer, ShardRound> rounds = new HashMap<>();

    private final Map<Integer, ShardHistory> histories = new TreeMap<>();

    private int rotation;

    private boolean readNow = true;

    private long nextRead;

    private long pollNanos;

    ShardReader(OutboxSpec spec, OutboxStore store, ShardLeases leases, TimeSource time) {
        this.spec = spec;
        this.store = store;
        this.leases = leases;
        this.time = time;
        this.pollNanos = spec.pollMin().toNanos();
        this.nextRead = time.nanoTime();
    }

    /** Makes the next {@link #read} due at once. */
    void readNow() {
        this.readNow = true;
    }

    /** Nothing is to be read before somebody asks for it or a long wait is over. */
    void pause() {
        this.readNow = false;
        this.nextRead = this.time.nanoTime() + this.spec.pollMax().toNanos();
    }

    /** Makes a read due at that monotonic time, if none is due earlier. */
    void readAt(long nanoTime) {
        if (nanoTime - this.nextRead < 0) {
            this.nextRead = nanoTime;
        }
    }

    long untilNextRead(long now) {
        return this.readNow ? 0 : this.nextRead - now;
    }

    /**
     * Reads if a read is due and there is room.
     *
     * @param unreachable destinations whose messages are left out
     * @return lanes to be sent, of rounds that are open from now on
     */
    List<Lane> read(Set<String> unreachable) {
        long now = this.time.nanoTime();
        if (!this.readNow && this.nextRead - now > 0) {
            return List.of();
        }
        this.readNow = false;
        this.nextRead = now + this.pollNanos;
        Map<Integer, ShardLease> held = this.leases.held();
        int room = this.spec.batchSize()
                - this.rounds.values().stream().mapToInt(ShardRound::open).sum();
        Map<Integer, ShardHistory> shards = readable(held, now);
        if (shards.isEmpty() || room <= 0) {
            return List.of();
        }
        List<OutboxStore.Window> windows = ReadPlan.windows(shards, held.size(), room, this.spec.batchSize(), now);
        List<StoredMessage> messages = this.store.read(windows, unreachable);
        this.pollNanos = messages.isEmpty()
                ? Math.min(this.pollNanos * 2, this.spec.pollMax().toNanos())
                : this.spec.pollMin().toNanos();
        this.nextRead = now + this.pollNanos;
        return begin(held, windows, messages, now);
    }

    /** Shards that may be sent for now and have nothing left to settle, each time beginning with another one. */
    private Map<Integer, ShardHistory> readable(Map<Integer, ShardLease> held, long now) {
        List<Integer> shards = new ArrayList<>(held.keySet());
        Collections.rotate(shards, this.rotation--);
        Map<Integer, ShardHistory> readable = new LinkedHashMap<>();
        for (int shard : shards) {
            ShardLease lease = held.get(shard);
            if (lease != null
                    && lease.maySend(now)
                    && !this.rounds.containsKey(shard)
                    && history(shard).readable(now)) {
                readable.put(shard, history(shard));
            }
        }
        return readable;
    }

    private List<Lane> begin(
            Map<Integer, ShardLease> held, List<OutboxStore.Window> windows, List<StoredMessage> messages, long now) {
        Map<Integer, List<StoredMessage>> byShard = messages.stream()
                .collect(Collectors.groupingBy((message) -> message.row().shard()));
        List<Lane> lanes = new ArrayList<>();
        for (OutboxStore.Window window : windows) {
            ShardLease lease = Objects.requireNonNull(held.get(window.shard()));
            ShardRound round = new ShardRound(lease, window, byShard.getOrDefault(window.shard(), List.of()));
            history(window.shard()).read(round, now);
            if (round.open() > 0) {
                this.rounds.put(window.shard(), round);
                lanes.addAll(round.lanes());
            } else if (round.skippedAKey()) {
                this.readNow = true;
            }
        }
        return lanes;
    }

    /** Messages of a round are settled: deleted, dead letters, or dropped from memory. */
    void done(ShardRound round, int count) {
        round.done(count);
        if (round.open() == 0 && this.rounds.remove(round.shard(), round)) {
            this.readNow = true;
        }
    }

    /** Whether anything of a shard is not settled and deleted yet. */
    boolean open(int shard) {
        return this.rounds.containsKey(shard);
    }

    /** A message of the shard could be neither sent nor moved; the shard is left alone for a little while. */
    void trouble(int shard) {
        history(shard).trouble(this.time.nanoTime());
    }

    private ShardHistory history(int shard) {
        return this.histories.computeIfAbsent(shard, (number) -> new ShardHistory());
    }
}
