package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.outbox.RelayEvents.SendEnded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Sends the heads of the lanes that were read and settles what became of them. Used by the relay's thread only.
 */
final class LaneSender {

    /** So that the transaction that moves them, and holds the lease of their shard, is short. */
    private static final int MOST_PARKED_AT_ONCE = 100;

    /** Lanes kept for a destination that takes no more now; further ones are read again, and hold up no other. */
    private static final int MOST_WAITING = 64;

    private final ShardLeases leases;

    private final Destinations destinations;

    private final TimeSource time;

    private final RelayEvents events;

    private final RelayCounters counters;

    private final ShardReader reader;

    private final Pauses pauses;

    private final Acknowledged acknowledged;

    private final RefusedHeads heads;

    private final DestinationSpecs modes;

    private final @Nullable TransactionalSender transactional;

    private final DestinationStates states;

    private final Deque<Lane> ready = new ArrayDeque<>();

    private final UnderWay underWay;

    private boolean unsent;

    LaneSender(
            ShardLeases leases,
            Destinations destinations,
            DestinationStates states,
            TimeSource time,
            RelayEvents events,
            RelayCounters counters,
            ShardReader reader,
            Pauses pauses,
            Acknowledged acknowledged,
            RefusedHeads heads,
            DestinationSpecs modes,
            @Nullable TransactionalSender transactional) {
        this.leases = leases;
        this.destinations = destinations;
        this.states = states;
        this.time = time;
        this.events = events;
        this.counters = counters;
        this.reader = reader;
        this.pauses = pauses;
        this.acknowledged = acknowledged;
        this.underWay = new UnderWay(acknowledged);
        this.heads = heads;
        this.modes = modes;
        this.transactional = transactional;
    }

    /** Whether nothing is on its way. */
    boolean idle() {
        return this.underWay.count() == 0 && (this.transactional == null || this.transactional.idle());
    }

    /** How many sends may end before what follows them is sent. */
    int endsWorthASend() {
        return Math.max(1, this.underWay.count() / 2);
    }

    /** Whether something could be sent that became ready while others were sent. */
    boolean unsent() {
        return this.unsent;
    }

    /** Whether a transaction of a shard is under way. */
    boolean busy(int shard) {
        return this.transactional != null && this.transactional.busy(shard);
    }

    /** Gives up what is held of shards that are another's now. */
    void closeLost() {
        if (this.transactional != null) {
            this.transactional.closeLost(this.leases.held(), this);
        }
    }

    /** Ends it for good; nothing is sent any more. */
    void close() {
        if (this.transactional != null) {
            this.transactional.close();
        }
    }

    void add(Collection<Lane> lanes) {
        this.ready.addAll(lanes);
    }

    /** Forgets what is not on its way; it is read again later. */
    void dropReady() {
        if (this.transactional != null) {
            this.transactional.dropWaiting(this);
        }
        for (Lane lane = this.ready.poll(); lane != null; lane = this.ready.poll()) {
            drop(lane);
        }
    }

    /** Forgets those of the lanes that are not on their way. */
    void dropReady(Predicate<Lane> which) {
        this.ready.removeIf((lane) -> {
            boolean dropped = which.test(lane);
            if (dropped) {
                drop(lane);
            }
            return dropped;
        });
    }

    /** Names the destinations to which nothing may be sent now. */
    Set<String> unreachable() {
        Set<String> unreachable = this.states.unreachable(this.time.nanoTime());
        unreachable.addAll(this.pauses.destinations());
        return unreachable;
    }

    /** When the first destination that is left alone now may be asked again, monotonic. */
    OptionalLong pausedUntil(long now) {
        return this.states.pausedUntil(now);
    }

    /** Settles that end and all that were told since. */
    void settle(@Nullable SendEnded first) {
        if (first != null) {
            settleOne(first);
        }
        for (SendEnded ended = this.events.poll(); ended != null; ended = this.events.poll()) {
            settleOne(ended);
        }
        if (this.transactional != null) {
            this.transactional.settle(this);
        }
        this.heads.endReleases();
    }

    private void settleOne(SendEnded ended) {
        Lane lane = ended.lane();
        StoredMessage message = ended.message();
        this.underWay.ended(message);
        Failure failure = ended.failure();
        Throwable cause = ended.cause();
        if (failure == null || cause == null) {
            state(lane).answered(ended.begun());
            this.counters.sent(lane.destination());
            if (message.replayOfHeldKey()) {
                this.heads.replaySent(message.record());
            }
            this.acknowledged.add(lane.round(), message.row(), this.time.nanoTime());
            if (lane.pipelined(message)) {
                if (lane.acknowledged(message)) {
                    state(lane).overtaken(message);
                }
            } else {
                lane.removeHead();
                goOn(lane);
            }
        } else if (refused(failure)) {
            state(lane).answered(ended.begun());
            refusedForGood(lane, message, failure, cause);
        } else {
            this.counters.failed(lane.destination());
            state(lane).failed(this.time.nanoTime(), failure, cause);
            drop(lane, message);
        }
    }

    /** What follows a message that did not arrive is forgotten with it; what is on its way ends by itself. */
    private void drop(Lane lane, StoredMessage message) {
        if (lane.pipelined(message)) {
            if (lane.missed(message)) {
                state(lane).overtaken(message);
            }
            lane.dropped(message);
            this.reader.done(lane.round(), 1);
        }
        drop(lane);
    }

    private static boolean refused(Failure failure) {
        return failure.category() == FailureCategory.PERMANENT || failure.category() == FailureCategory.VALIDATION;
    }

    private void goOn(Lane lane) {
        if (!lane.isEmpty()) {
            this.ready.add(lane);
        }
    }

    private void refusedForGood(Lane lane, StoredMessage message, Failure failure, Throwable cause) {
        switch (this.heads.refused(lane, message, failure, cause)) {
            case MOVED -> moved(lane, message);
            case KEY_HELD -> {
                this.reader.keyHeld(lane.round().shard());
                drop(lane, message);
            }
            case LEASE_LOST -> drop(lane, message);
            case FAILED -> {
                this.reader.trouble(lane.round().shard());
                drop(lane, message);
            }
        }
    }

    private void moved(Lane lane, StoredMessage message) {
        if (lane.pipelined(message)) {
            if (lane.missed(message)) {
                state(lane).overtaken(message);
            }
            lane.removed(message);
            this.reader.done(lane.round(), 1);
        } else {
            lane.removeHead();
            this.reader.done(lane.round(), 1);
            goOn(lane);
        }
    }

    /** The first messages of a lane were committed at their destination and are deleted. */
    void delivered(Lane lane, int count) {
        for (int i = 0; i < count; i++) {
            StoredMessage message = lane.removeHead();
            this.counters.sent(lane.destination());
            this.reader.done(lane.round(), 1);
            if (message.replayOfHeldKey() || (i == count - 1 && message.endsRelease())) {
                this.heads.replayDeleted(message.record());
            }
        }
        goOn(lane);
    }

    /** What is left of the lane if the key was released meanwhile is read again. */
    private void park(Lane lane) {
        List<StoredMessage> messages = lane.parked(MOST_PARKED_AT_ONCE);
        int moved = this.heads.behindParked(messages, lane.round().lease());
        if (moved < 0) {
            this.reader.trouble(lane.round().shard());
        }
        for (int i = 0; i < moved; i++) {
            lane.removeHead();
            this.reader.done(lane.round(), 1);
        }
        if (moved == messages.size()) {
            goOn(lane);
        } else {
            drop(lane);
        }
    }

    void drop(Lane lane) {
        this.reader.done(lane.round(), lane.drop());
    }

    /** Forgets a lane whose destination takes nothing now; tells whether it did. */
    boolean dropUnsendable(Lane lane) {
        boolean dropped = !state(lane).maySend(this.time.nanoTime()) || this.pauses.includes(lane.destination());
        if (dropped) {
            drop(lane);
        }
        return dropped;
    }

    /** Sends what may be sent now. What ended meanwhile is followed by the next of its key later, together with others. */
    void send() {
        List<Lane> waiting = new ArrayList<>();
        do {
            sendReady(waiting);
            settle(null);
            this.unsent = mayBegin();
        } while (this.unsent && this.underWay.count() == 0);
        this.ready.addAll(waiting);
        if (this.transactional != null) {
            this.transactional.begin(this);
        }
    }

    private boolean mayBegin() {
        return !this.ready.isEmpty() && this.underWay.mayBegin(this.time.nanoTime());
    }

    private void sendReady(List<Lane> waiting) {
        while (mayBegin()) {
            Lane lane = this.ready.remove();
            if (lane.isEmpty()) {
                continue;
            }
            if (!state(lane).full()) {
                send(lane);
            } else if (waiting.size() < MOST_WAITING) {
                waiting.add(lane);
            } else {
                drop(lane);
            }
        }
    }

    private void send(Lane lane) {
        long now = this.time.nanoTime();
        DestinationState state = state(lane);
        StoredMessage message = lane.head();
        if (!mayStillSend(lane.round().lease(), now)
                || (!message.parked() && !state.maySend(now))
                || this.pauses.includes(lane.destination())) {
            drop(lane);
            return;
        }
        if (message.parked()) {
            park(lane);
            return;
        }
        if (message.unreadable() != null) {
            refusedForGood(lane, message, Failure.of(FailureCategory.VALIDATION), message.unreadable());
            return;
        }
        MessageDestination destination = this.destinations.find(lane.destination());
        if (destination == null) {
            Throwable unknown = this.destinations.unknown(lane.destination());
            state.unreachable(now, Failure.of(FailureCategory.TEMPORARY), unknown);
            drop(lane);
            return;
        }
        if (this.transactional != null && this.transactional.takes(lane.destination(), destination)) {
            sendInTransaction(lane, this.transactional);
            return;
        }
        if (lane.beginsAfterRelease()) {
            this.heads.replaySent(message.record());
        }
        state.begun();
        this.underWay.begun(message);
        RelayEvents.Completion completion = this.events.new Completion(lane, message, now);
        if (destination.keepsOrder()
                && this.modes.of(lane.destination()).sendMode() == SendMode.PIPELINED
                && state.proven()) {
            lane.pipeline();
            goOn(lane);
        }
        try {
            destination.send(message.record(), completion);
        } catch (RuntimeException ex) {
            completion.failed(Failure.outcomeUnknown(), ex);
        }
    }

    private void sendInTransaction(Lane lane, TransactionalSender transactions) {
        ShardSender.Refusal refusal = transactions.takeRefusal(lane);
        if (refusal != null) {
            refusedForGood(lane, lane.head(), refusal.failure(), refusal.cause());
        } else {
            transactions.add(lane, this);
        }
    }

    /** The lease as it is held now, not as it was when the round was read. */
    boolean mayStillSend(ShardLease ofRound, long now) {
        ShardLease held = this.leases.held().get(ofRound.shard());
        return held != null && held.epoch() == ofRound.epoch() && held.maySend(now);
    }

    private DestinationState state(Lane lane) {
        return this.states.of(lane.destination());
    }
}
