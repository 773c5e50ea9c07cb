package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides when which shards are read, from where on and how much of each, and remembers which rounds are open. Used by
 * the relay's thread only.
 *
 * <p>A deleted row costs as long as the database keeps it, so a read begins behind the mark of the shard: the highest id
 * up to which all is decided ({@link ReadHorizon}) and was read without leaving anything out. The mark is a hint. A round
 * begins at the lowest id instead when the shard was taken over, when a message was dropped from memory, when other
 * destinations are left out than before, when the database failed, and every few seconds in any case.
 */
final class ShardReader {

    /** How much longer than a read the wait for the next one is that may find little. */
    private static final int PAUSE = 2;

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final ShardLeases leases;

    private final TimeSource time;

    private final ReadHorizon horizon;

    private final Map<Integer, ShardRound> rounds = new HashMap<>();

    private final Map<Integer, ShardHistory> histories = new TreeMap<>();

    private Set<String> leftOut = Set.of();

    private final Set<Integer> leftAlone = new HashSet<>();

    private int open;

    private int rotation;

    private boolean more;

    private boolean full;

    private boolean readNow = true;

    private long nextRead;

    private long notBefore;

    private long pollNanos;

    ShardReader(OutboxSpec spec, OutboxStore store, ShardLeases leases, TimeSource time) {
        this.spec = spec;
        this.store = store;
        this.leases = leases;
        this.time = time;
        this.horizon = new ReadHorizon(store);
        this.pollNanos = spec.pollMin().toNanos();
        this.nextRead = time.nanoTime();
        this.notBefore = this.nextRead;
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
        return Math.max(this.readNow ? 0 : this.nextRead - now, this.notBefore - now);
    }

    /** Whether the last read got all there was. */
    boolean caughtUp() {
        return !this.full;
    }

    /** Makes each shard begin at the lowest id again: something was left out that may be read now. */
    void startOver() {
        this.horizon.forget();
        this.histories.values().forEach(ShardHistory::startOver);
        this.rounds.values().forEach(ShardRound::end);
    }

    /**
     * Reads if a read is due and there is room.
     *
     * @param unreachable destinations whose messages are left out
     * @return lanes to be sent, of rounds that are open from now on
     */
    List<Lane> read(Set<String> unreachable) {
        long now = this.time.nanoTime();
        if (untilNextRead(now) > 0) {
            return List.of();
        }
        this.readNow = false;
        this.more = false;
        this.nextRead = now + this.pollNanos;
        if (!unreachable.equals(this.leftOut)) {
            this.leftOut = unreachable;
            this.histories.values().forEach(ShardHistory::startOver);
        }
        int room = 2 * this.spec.batchSize() - this.open;
        if (room <= 0 || bytes() >= OutboxStore.MOST_BYTES) {
            return List.of();
        }
        Map<Integer, ShardLease> held = this.leases.held();
        List<Integer> shards = readable(held, now);
        return shards.isEmpty() ? List.of() : read(held, shards, room, now);
    }

    private long bytes() {
        long bytes = 0;
        for (ShardRound round : this.rounds.values()) {
            bytes += round.bytes();
        }
        return bytes;
    }

    /** Shards whose messages may be sent and that can be begun or read on, each time beginning with another one. */
    private List<Integer> readable(Map<Integer, ShardLease> held, long now) {
        List<Integer> shards = new ArrayList<>(held.keySet());
        Collections.rotate(shards, this.rotation--);
        shards.removeIf((shard) -> !readable(held.get(shard), now));
        return shards;
    }

    private boolean readable(@Nullable ShardLease lease, long now) {
        if (lease == null || !lease.maySend(now)) {
            return false;
        }
        if (this.leftAlone.contains(lease.shard())) {
            return false;
        }
        ShardHistory history = history(lease.shard());
        ShardRound round = this.rounds.get(lease.shard());
        return history.readable(now)
                && (round == null || (round.extendable(lease, this.leftOut) && !history.sweepDue(now)));
    }

    private List<Lane> read(Map<Integer, ShardLease> held, List<Integer> shards, int room, long now) {
        List<StoredMessage> messages;
        List<OutboxStore.Window> windows;
        try {
            for (int shard : shards) {
                if (history(shard).takenOver(Objects.requireNonNull(held.get(shard)))) {
                    this.horizon.askAgain();
                }
            }
            this.horizon.update(held.keySet(), now);
            windows = windows(held.size(), shards, room, now);
            messages = this.store.read(windows, this.leftOut);
        } catch (RuntimeException ex) {
            startOver();
            throw ex;
        }
        this.pollNanos = messages.isEmpty()
                ? Math.min(this.pollNanos * 2, this.spec.pollMax().toNanos())
                : this.spec.pollMin().toNanos();
        this.nextRead = now + this.pollNanos;
        this.full = false;
        boolean backlog = false;
        List<Lane> lanes = new ArrayList<>();
        for (ShardRead read : divide(windows, messages)) {
            backlog |= read.full() || read.skippedAKey();
            lanes.addAll(
                    take(read, Objects.requireNonNull(held.get(read.window().shard())), now));
        }
        this.notBefore = backlog ? now : paced(now, this.time.nanoTime());
        return lanes;
    }

    /**
     * Where all that was owed has been read, a read finds what was committed since the last one. Each one asks all
     * shards, whether it finds a message or a hundred; so reads take a third of the time at most, and the busier the
     * database is, the more each one finds. A read so slow that the wait would exceed the shortest poll interval holds
     * messages up no longer than that, and may take more.
     */
    private long paced(long begun, long ended) {
        return ended + Math.min(PAUSE * (ended - begun), this.spec.pollMin().toNanos());
    }

    private List<OutboxStore.Window> windows(int held, List<Integer> shards, int room, long now) {
        int hot = 0;
        for (int shard : shards) {
            hot += history(shard).hot() ? 1 : 0;
        }
        ReadPlan plan = ReadPlan.of(shards.size(), hot, held, room, this.spec.batchSize());
        List<OutboxStore.Window> windows = new ArrayList<>(shards.size());
        for (int shard : shards) {
            ShardHistory history = history(shard);
            ShardRound round = this.rounds.get(shard);
            int limit = plan.limit(history.hot());
            boolean keysHeld = this.horizon.mayHold(shard);
            windows.add(
                    (round != null)
                            ? new OutboxStore.Window(shard, limit, null, round.lastId(), keysHeld)
                            : new OutboxStore.Window(
                                    shard,
                                    limit,
                                    history.keyToSkip(now),
                                    Math.min(history.begin(now), this.horizon.decided(shard)),
                                    keysHeld));
        }
        return windows;
    }

    /** The messages come by shard, in any order of the shards. */
    private static List<ShardRead> divide(List<OutboxStore.Window> windows, List<StoredMessage> messages) {
        Map<Integer, List<StoredMessage>> byShard = new HashMap<>();
        long bytes = 0;
        for (int from = 0, to = 0; from < messages.size(); from = to) {
            int shard = messages.get(from).row().shard();
            for (to = from; to < messages.size() && messages.get(to).row().shard() == shard; to++) {
                bytes += messages.get(to).bytes();
            }
            byShard.put(shard, messages.subList(from, to));
        }
        boolean cut = bytes >= OutboxStore.MOST_BYTES;
        List<ShardRead> reads = new ArrayList<>(windows.size());
        for (OutboxStore.Window window : windows) {
            reads.add(new ShardRead(window, byShard.getOrDefault(window.shard(), List.of()), cut));
        }
        return reads;
    }

    private List<Lane> take(ShardRead read, ShardLease lease, long now) {
        ShardHistory history = history(lease.shard());
        long decided = this.horizon.decided(lease.shard());
        history.read(
                read, decided, now, now + this.spec.reading().sweepInterval().toNanos());
        if (read.isEmpty()) {
            if (read.skippedAKey()) {
                this.readNow = true;
            }
            ShardRound round = this.rounds.get(lease.shard());
            if (round != null) {
                round.end();
            }
            return List.of();
        }
        this.full |= read.full();
        this.more |= read.full();
        this.horizon.seen(read.messages().get(read.messages().size() - 1).row().id());
        if (history.foundBehindTheMark(read)) {
            startOver();
        }
        this.open += read.messages().size();
        return this.rounds
                .computeIfAbsent(lease.shard(), (shard) -> new ShardRound(lease, this.leftOut))
                .add(read, this.horizon.decided(lease.shard()));
    }

    /** Messages of a round are settled: deleted, dead letters, or dropped from memory. */
    void done(ShardRound round, int count) {
        round.done(count);
        this.open -= count;
        if (round.open() == 0 && this.rounds.remove(round.shard(), round)) {
            this.more = true;
            if (round.dropped()) {
                history(round.shard()).startOver();
            }
        }
        if (this.more && this.open <= this.spec.batchSize()) {
            this.readNow = true;
        }
    }

    /** Whether anything of a shard is not settled and deleted yet. */
    boolean open(int shard) {
        return this.rounds.containsKey(shard);
    }

    /** A key of the shard is held from now on, and reads leave its messages out. */
    void keyHeld(int shard) {
        this.horizon.holding(shard);
    }

    /** A message of the shard could be neither sent nor moved; the shard is left alone for a little while. */
    void trouble(int shard) {
        history(shard).trouble(this.time.nanoTime());
    }

    /** A shard is not read until {@link #readAgain}: what would be read now could not be used. */
    void leaveAlone(int shard) {
        this.leftAlone.add(shard);
    }

    /** Ends {@link #leaveAlone}, if it was said. */
    void readAgain(int shard) {
        if (this.leftAlone.remove(shard)) {
            this.readNow = true;
        }
    }

    private ShardHistory history(int shard) {
        return this.histories.computeIfAbsent(shard, (number) -> new ShardHistory());
    }
}
