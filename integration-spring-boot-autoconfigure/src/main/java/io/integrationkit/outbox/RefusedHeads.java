package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.Redaction;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of messages that cannot be delivered for good, and of those behind them. Used by the relay's thread. */
final class RefusedHeads {

    private static final Logger logger = LoggerFactory.getLogger(RefusedHeads.class);

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final RelayCounters counters;

    private final Deque<OutboxRecord> replaysSent = new ArrayDeque<>();

    private final Deque<OutboxRecord> replaysDeleted = new ArrayDeque<>();

    private final Runnable deletion;

    /**
     * Creates it.
     *
     * @param deletion deletes what was acknowledged
     */
    RefusedHeads(OutboxSpec spec, OutboxStore store, RelayCounters counters, Runnable deletion) {
        this.spec = spec;
        this.store = store;
        this.counters = counters;
        this.deletion = deletion;
    }

    /** What became of the head of a lane. */
    enum Outcome {
        /** It is a dead letter; the lane goes on. */
        MOVED,
        /** The key is held from now on; the next read tells what becomes of the lane. */
        KEY_HELD,
        /** The shard belongs to another relay. */
        LEASE_LOST,
        /** Nothing could be changed. */
        FAILED
    }

    Outcome refused(Lane lane, StoredMessage message, Failure failure, Throwable cause) {
        ShardLease lease = lane.round().lease();
        HeadPolicy policy = policy(message);
        boolean held;
        try {
            held = switch (policy) {
                case CONTINUE -> this.store.moveToDeadLetters(message, lease, failure, cause);
                case PARK_KEY -> park(message, lease, failure, cause);
                case BLOCK_KEY -> this.store.keys().block(message, lease, failure, cause);
            };
        } catch (RuntimeException ex) {
            logger.error(
                    "Message {} was refused by '{}' and could not be put aside ({}); it is tried again",
                    message.record().messageId(),
                    lane.destination(),
                    policy,
                    Redaction.STANDARD.of(ex));
            return Outcome.FAILED;
        }
        if (!held) {
            logger.warn("The lease of shard {} is lost; its next owner sends what is left", lease.shard());
            return Outcome.LEASE_LOST;
        }
        return done(message, policy, cause);
    }

    /**
     * What was delivered of the key is deleted first: whoever takes the shard over makes all messages of a parked key
     * dead letters that are still there.
     */
    private boolean park(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
        this.deletion.run();
        return this.store.keys().park(message, lease, failure, cause);
    }

    /** A replay for a key that was parked stays with its key, whatever the setting is by now. */
    private HeadPolicy policy(StoredMessage message) {
        if (message.record().key() == null) {
            return HeadPolicy.CONTINUE;
        }
        return message.replayOfHeldKey()
                ? HeadPolicy.PARK_KEY
                : this.spec.destinations().of(message.record().destination()).onRefused();
    }

    private Outcome done(StoredMessage message, HeadPolicy policy, Throwable cause) {
        if (policy != HeadPolicy.BLOCK_KEY) {
            this.counters.deadLettered(message.record().destination());
        }
        logger.warn(
                "Message {} was refused by '{}' and {} ({})",
                message.record().messageId(),
                message.record().destination(),
                switch (policy) {
                    case CONTINUE -> "is a dead letter now";
                    case PARK_KEY -> "is a dead letter now, as will be what follows with its key";
                    case BLOCK_KEY -> "blocks its key until an operator decides";
                },
                Redaction.STANDARD.of(cause.toString()));
        return (policy == HeadPolicy.CONTINUE) ? Outcome.MOVED : Outcome.KEY_HELD;
    }

    /**
     * Makes messages of a parked key dead letters.
     *
     * @return how many, from the first on; fewer than given if the key is not parked any more or the lease is lost, less
     *     than zero if nothing could be changed
     */
    int behindParked(List<StoredMessage> messages, ShardLease lease) {
        try {
            int moved = this.store.keys().parkBehind(messages, lease);
            this.counters.parked(messages.get(0).record().destination(), moved);
            logger.debug("{} messages behind parked ones became dead letters, shard {}", moved, lease.shard());
            return moved;
        } catch (RuntimeException ex) {
            logger.error(
                    "Messages behind parked ones, shard {}, could not become dead letters",
                    lease.shard(),
                    Redaction.STANDARD.of(ex));
            return -1;
        }
    }

    /** A replay of a key that may be released has arrived; its row is still there. */
    void replaySent(OutboxRecord replay) {
        this.replaysSent.add(replay);
    }

    /** A replay of a key that may be released has arrived, and its row is gone. */
    void replayDeleted(OutboxRecord replay) {
        this.replaysDeleted.add(replay);
    }

    /** The rows of all that arrived are gone: keys that waited only for their replays go on. */
    void acknowledgedDeleted() {
        this.replaysDeleted.addAll(this.replaysSent);
        this.replaysSent.clear();
        endReleases();
    }

    /** Forgets keys that are being released if their replays are delivered; nothing depends on it but tidiness. */
    void endReleases() {
        for (OutboxRecord replay = this.replaysDeleted.poll(); replay != null; replay = this.replaysDeleted.poll()) {
            String key = replay.key();
            if (key != null) {
                this.store.keys().endRelease(replay.destination(), key);
            }
        }
    }
}
