package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.RelayEvents.SendEnded;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heads of the lanes that were read and settles what became of them. Used by the relay's thread only.
 */
final class LaneSender {

    private static final Logger logger = LoggerFactory.getLogger(LaneSender.class);

    /** Half of what a Kafka producer buffers by default, so that a send never waits for room. */
    private static final long MOST_BYTES_IN_FLIGHT = 16L * 1024 * 1024;

    private final OutboxStore store;

    private final ShardLeases leases;

    private final Destinations destinations;

    private final TimeSource time;

    private final RelayEvents events;

    private final RelayCounters counters;

    private final ShardReader reader;

    private final Pauses pauses;

    private final Acknowledged acknowledged;

    private final Map<String, DestinationState> states = new HashMap<>();

    private final Deque<Lane> ready = new ArrayDeque<>();

    private int inFlight;

    private long bytesInFlight;

    LaneSender(
            OutboxStore store,
            ShardLeases leases,
            Destinations destinations,
            TimeSource time,
            RelayEvents events,
            RelayCounters counters,
            ShardReader reader,
            Pauses pauses,
            Acknowledged acknowledged) {
        this.store = store;
        this.leases = leases;
        this.destinations = destinations;
        this.time = time;
        this.events = events;
        this.counters = counters;
        this.reader = reader;
        this.pauses = pauses;
        this.acknowledged = acknowledged;
    }

    /** Whether nothing is on its way. */
    boolean idle() {
        return this.inFlight == 0;
    }

    void add(Collection<Lane> lanes) {
        this.ready.addAll(lanes);
    }

    /** Forgets what is not on its way; it is read again later. */
    void dropReady() {
        for (Lane lane = this.ready.poll(); lane != null; lane = this.ready.poll()) {
            drop(lane);
        }
    }

    /** Names the destinations to which nothing may be sent now. */
    Set<String> unreachable() {
        long now = this.time.nanoTime();
        Set<String> unreachable = new HashSet<>(this.pauses.destinations());
        this.states.forEach((destination, state) -> {
            if (!state.maySend(now)) {
                unreachable.add(destination);
            }
        });
        return unreachable;
    }

    /** When the first destination that is left alone now may be asked again, monotonic. */
    OptionalLong pausedUntil(long now) {
        return this.states.values().stream()
                .filter((state) -> state.paused(now))
                .mapToLong(DestinationState::pausedUntil)
                .reduce((one, other) -> (one - other < 0) ? one : other);
    }

    /** Settles that end and all that were told since. */
    void settle(@Nullable SendEnded first) {
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
            this.reader.trouble(lane.round().shard());
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
        this.reader.done(lane.round(), 1);
        goOn(lane);
    }

    private void drop(Lane lane) {
        this.reader.done(lane.round(), lane.drop());
    }

    /** Sends what may be sent now. */
    void send() {
        while (!this.ready.isEmpty() && this.bytesInFlight < MOST_BYTES_IN_FLIGHT) {
            send(this.ready.remove());
            settle(null);
        }
    }

    private void send(Lane lane) {
        long now = this.time.nanoTime();
        DestinationState state = state(lane);
        if (!mayStillSend(lane.round().lease(), now)
                || !state.maySend(now)
                || this.pauses.includes(lane.destination())) {
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

    private DestinationState state(Lane lane) {
        return this.states.computeIfAbsent(
                lane.destination(), (destination) -> new DestinationState(destination, this.counters));
    }
}
