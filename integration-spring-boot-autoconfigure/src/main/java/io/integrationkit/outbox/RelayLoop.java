package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.RelayEvents.SendEnded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the table owes. One thread calls {@link #step} again and again; it alone reads, sends and deletes.
 *
 * <p><b>The state is the row.</b> A row that is there is owed; an acknowledged row is deleted; nothing else is
 * remembered. There is no cursor: each read begins at the lowest id of a shard, so a transaction that drew a low id and
 * committed late is found by a later read.
 *
 * <p><b>One sender a shard.</b> A shard is read and sent only under a lease (owner, epoch, end, all by the database's
 * clock). A send may begin only until {@code renewal asked + lease - delivery time-out - margin} on this machine's
 * monotonic clock, so each send has ended, one way or the other, before anybody else can hold the lease. No transaction
 * and no lock is held while a send is under way.
 *
 * <p><b>One row a key.</b> Of the rows of a destination and key at most one is on its way; the next is sent when it was
 * acknowledged. A producer that pipelines would deliver the second and third of a key although the first was refused or
 * timed out, and no id could put that right afterwards. A shard is read again only when all rows of the last read are
 * settled, so no row is ever on its way twice.
 *
 * <p><b>What a crash leaves behind.</b>
 *
 * <ul>
 *   <li>Before the INSERT commits: no change, no message.
 *   <li>After it, before the send: the row; whoever holds the lease next sends it.
 *   <li>During the send: the row, and perhaps the message. It is sent again, before any later row of its key, so
 *       consumers see 1, 1, 2 but never 1, 2, 1. They recognise the repetition by its message id.
 *   <li>After the acknowledgement, before the DELETE commits: the same as during the send. As up to a batch of rows is
 *       deleted at once, up to a batch is repeated: a key whose rows 1 and 2 were both acknowledged is then seen as 1,
 *       2, 1, 2, each id still first in order.
 *   <li>Between dead letter and DELETE: nothing, they are one transaction, which also checks owner and epoch of the
 *       lease and holds its row until the commit.
 *   <li>After a graceful stop: no row is on its way, the acknowledged ones are deleted, the leases are free.
 * </ul>
 *
 * <p><b>Failures.</b> A refused message becomes a dead letter and its key goes on. A destination that cannot be reached
 * is left alone for a growing time: its rows are dropped from memory, left out of reads, and no attempt is counted.
 */
final class RelayLoop {

    private static final Logger logger = LoggerFactory.getLogger(RelayLoop.class);

    /** Half of what a Kafka producer buffers by default, so that a send never waits for room. */
    private static final long MOST_BYTES_IN_FLIGHT = 16L * 1024 * 1024;

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final ShardLeases leases;

    private final Destinations destinations;

    private final TimeSource time;

    private final RelayEvents events;

    private final RelayCounters counters;

    private final Map<Integer, ShardRound> rounds = new HashMap<>();

    private final Map<Integer, ShardHistory> histories = new TreeMap<>();

    private final Map<String, DestinationState> states = new HashMap<>();

    private final Deque<Lane> ready = new ArrayDeque<>();

    private final Acknowledged acknowledged;

    private int inFlight;

    private long bytesInFlight;

    private int rotation;

    private boolean readNow = true;

    private long nextRead;

    private long pollNanos;

    RelayLoop(
            OutboxSpec spec,
            OutboxStore store,
            ShardLeases leases,
            Destinations destinations,
            TimeSource time,
            RelayEvents events,
            RelayCounters counters) {
        this.spec = spec;
        this.store = store;
        this.leases = leases;
        this.destinations = destinations;
        this.time = time;
        this.events = events;
        this.counters = counters;
        this.acknowledged = new Acknowledged(spec);
        this.pollNanos = spec.pollMin().toNanos();
        this.nextRead = time.nanoTime();
    }

    /**
     * Settles what ended, deletes what was acknowledged, reads what there is room for and sends it. Never waits.
     *
     * @param ended a send that ended, or {@code null}
     * @return nanoseconds until the next step is due if nothing happens before
     * @throws RuntimeException if the database fails; nothing is forgotten, the next step goes on
     */
    long step(@Nullable SendEnded ended) {
        settle(ended);
        send();
        if (this.inFlight == 0 || this.acknowledged.due(this.time.nanoTime())) {
            deleteAcknowledged();
        }
        if (this.events.takeWake()) {
            this.readNow = true;
        }
        read();
        send();
        return untilNextStep();
    }

    /**
     * Ends what is under way without beginning anything new.
     *
     * @param ended a send that ended, or {@code null}
     * @return whether nothing is under way any more and all that was acknowledged is deleted
     */
    boolean drain(@Nullable SendEnded ended) {
        settle(ended);
        dropReady();
        deleteAcknowledged();
        return this.inFlight == 0;
    }

    private void dropReady() {
        for (Lane lane = this.ready.poll(); lane != null; lane = this.ready.poll()) {
            drop(lane);
        }
    }

    private void settle(@Nullable SendEnded first) {
        if (first != null) {
            settleOne(first);
        }
        for (SendEnded ended = this.events.poll(); ended != null; ended = this.events.poll()) {
            settleOne(ended);
        }
    }

    private void settleOne(SendEnded ended) {
        Lane lane = ended.lane();
        StoredMessage message = lane.head();
        this.inFlight--;
        this.bytesInFlight -= message.bytes();
        Failure failure = ended.failure();
        Throwable cause = ended.cause();
        if (failure == null || cause == null) {
            state(lane).answered(ended.begun());
            this.counters.sent.increment();
            lane.removeHead();
            this.acknowledged.add(lane.round(), message.row(), this.time.nanoTime());
            goOn(lane);
        } else if (refused(failure)) {
            state(lane).answered(ended.begun());
            moveToDeadLetters(lane, failure, cause);
        } else {
            this.counters.failed.increment();
            state(lane).failed(this.time.nanoTime(), failure, cause);
            drop(lane);
        }
    }

    private static boolean refused(Failure failure) {
        return failure.category() == FailureCategory.PERMANENT || failure.category() == FailureCategory.VALIDATION;
    }

    private void goOn(Lane lane) {
        if (!lane.isEmpty()) {
            this.ready.add(lane);
        }
    }

    private void moveToDeadLetters(Lane lane, Failure failure, Throwable cause) {
        StoredMessage message = lane.head();
        try {
            if (!this.store.moveToDeadLetters(message, lane.round().lease(), failure, cause)) {
                logger.warn(
                        "The lease of shard {} is lost; its next owner sends what is left",
                        lane.round().shard());
                drop(lane);
                return;
            }
        } catch (RuntimeException ex) {
            logger.error(
                    "Message {} was refused by '{}' and could not be made a dead letter; it is tried again",
                    message.record().messageId(),
                    lane.destination(),
                    ex);
            history(lane.round().shard()).trouble(this.time.nanoTime());
            drop(lane);
            return;
        }
        this.counters.deadLettered.increment();
        logger.warn(
                "Message {} was refused by '{}' and is a dead letter now ({})",
                message.record().messageId(),
                lane.destination(),
                cause.toString());
        lane.removeHead();
        done(lane.round(), 1);
        goOn(lane);
    }

    private void deleteAcknowledged() {
        if (!this.acknowledged.isEmpty()) {
            this.store.delete(this.acknowledged.rows());
            this.acknowledged.drain().forEach((round) -> done(round, 1));
        }
    }

    private void drop(Lane lane) {
        done(lane.round(), lane.drop());
    }

    private void done(ShardRound round, int count) {
        round.done(count);
        if (round.open() == 0 && this.rounds.remove(round.shard(), round)) {
            this.readNow = true;
        }
    }

    private void read() {
        long now = this.time.nanoTime();
        if (!this.readNow && this.nextRead - now > 0) {
            return;
        }
        this.readNow = false;
        this.nextRead = now + this.pollNanos;
        Map<Integer, ShardLease> held = this.leases.held();
        int room = this.spec.batchSize()
                - this.rounds.values().stream().mapToInt(ShardRound::open).sum();
        Map<Integer, ShardHistory> shards = readable(held, now);
        if (shards.isEmpty() || room <= 0) {
            return;
        }
        List<OutboxStore.Window> windows = ReadPlan.windows(shards, held.size(), room, this.spec.batchSize(), now);
        List<StoredMessage> messages = this.store.read(windows, unreachable(now));
        this.pollNanos = messages.isEmpty()
                ? Math.min(this.pollNanos * 2, this.spec.pollMax().toNanos())
                : this.spec.pollMin().toNanos();
        this.nextRead = now + this.pollNanos;
        begin(held, windows, messages, now);
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

    private Set<String> unreachable(long now) {
        return this.states.entrySet().stream()
                .filter((entry) -> !entry.getValue().maySend(now))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    private void begin(
            Map<Integer, ShardLease> held, List<OutboxStore.Window> windows, List<StoredMessage> messages, long now) {
        Map<Integer, List<StoredMessage>> byShard = messages.stream()
                .collect(Collectors.groupingBy((message) -> message.row().shard()));
        for (OutboxStore.Window window : windows) {
            ShardLease lease = Objects.requireNonNull(held.get(window.shard()));
            ShardRound round = new ShardRound(lease, window, byShard.getOrDefault(window.shard(), List.of()));
            history(window.shard()).read(round, now);
            if (round.open() > 0) {
                this.rounds.put(window.shard(), round);
                this.ready.addAll(round.lanes());
            } else if (round.skippedAKey()) {
                this.readNow = true;
            }
        }
    }

    private void send() {
        while (!this.ready.isEmpty() && this.bytesInFlight < MOST_BYTES_IN_FLIGHT) {
            send(this.ready.remove());
            settle(null);
        }
    }

    private void send(Lane lane) {
        long now = this.time.nanoTime();
        DestinationState state = state(lane);
        if (!mayStillSend(lane.round().lease(), now) || !state.maySend(now)) {
            drop(lane);
            return;
        }
        StoredMessage message = lane.head();
        if (message.unreadable() != null) {
            moveToDeadLetters(lane, Failure.of(FailureCategory.VALIDATION), message.unreadable());
            return;
        }
        MessageDestination destination = this.destinations.find(lane.destination());
        if (destination == null) {
            Throwable unknown = this.destinations.unknown(lane.destination());
            state.unreachable(now, Failure.of(FailureCategory.TEMPORARY), unknown);
            drop(lane);
            return;
        }
        state.begun();
        this.inFlight++;
        this.bytesInFlight += message.bytes();
        RelayEvents.Completion completion = this.events.new Completion(lane, now);
        try {
            destination.send(message.record(), completion);
        } catch (RuntimeException ex) {
            completion.failed(Failure.outcomeUnknown(), ex);
        }
    }

    /** The lease as it is held now, not as it was when the round was read. */
    private boolean mayStillSend(ShardLease ofRound, long now) {
        ShardLease held = this.leases.held().get(ofRound.shard());
        return held != null && held.epoch() == ofRound.epoch() && held.maySend(now);
    }

    private long untilNextStep() {
        long now = this.time.nanoTime();
        for (DestinationState state : this.states.values()) {
            if (state.paused(now) && state.pausedUntil() - this.nextRead < 0) {
                this.nextRead = state.pausedUntil();
            }
        }
        return this.readNow ? 0 : Math.max(0, Math.min(this.nextRead - now, this.acknowledged.untilDue(now)));
    }

    private DestinationState state(Lane lane) {
        return this.states.computeIfAbsent(
                lane.destination(), (destination) -> new DestinationState(destination, this.counters));
    }

    private ShardHistory history(int shard) {
        return this.histories.computeIfAbsent(shard, (number) -> new ShardHistory());
    }
}
