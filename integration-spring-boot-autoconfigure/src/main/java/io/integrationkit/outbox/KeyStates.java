package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which keys are parked or blocked, and the moves that depend on it.
 *
 * <p>Each change locks the state of the key first and looks at it only then, so relay and operators, on whatever
 * instance, follow one another. What the relay does also locks the lease of the shard and does nothing if that is lost.
 * A move writes dead letter, state and DELETE in one transaction: a crash leaves all of it or nothing.
 *
 * <p><b>Release.</b> A parked key has its messages in {@code integration_outbox_parked}, in the order in which they were
 * owed. A replay takes the first one from there and appends it to the outbox, marked as a replay, and the last one makes
 * the key {@link HeldKey.State#RELEASING}: messages that came since stay in the outbox, whatever their ids, until the
 * replays are delivered. If a replay is refused, it is parked again at its old place, and so are the replays behind it.
 */
interface KeyStates {

    /**
     * Makes a message that was refused a dead letter and its key parked.
     *
     * @return whether the shard still belongs to the lease
     */
    boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause);

    /**
     * Makes messages of one parked key dead letters, in their order.
     *
     * @return how many, from the first on; fewer than given if the key is not parked any more or the lease is lost
     */
    int parkBehind(List<StoredMessage> messages, ShardLease lease);

    /**
     * Blocks the key of a message that was refused; the message stays.
     *
     * @return whether the shard still belongs to the lease
     */
    boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause);

    /** Forgets a key that is being released if its replays are delivered. */
    void endRelease(String destination, String key);

    /**
     * Forgets all keys that are being released and whose replays are delivered: a process that died between the delivery
     * and {@link #endRelease} leaves one behind, which does no harm but stays until a message of the key comes.
     */
    void endReleases();

    /**
     * Appends a message that is replayed; in the active transaction if the store knows transactions.
     *
     * @throws ProblemException if another parked message of the key comes first
     */
    void replay(OutboxRecord record);

    /**
     * Appends messages that are replayed, in their order for each key; all or none of them if the store knows
     * transactions.
     *
     * @throws ProblemException if another parked message of a key comes first
     */
    default void replayAll(List<OutboxRecord> records) {
        records.forEach(this::replay);
    }

    /** A dead letter was discarded, in the active transaction if the store knows transactions. */
    void discarded(String destination, String key, String messageId);

    /** Lets a blocked key go on; returns whether it was blocked. */
    boolean unblock(String destination, String key);

    /** Makes the head of a blocked key a dead letter and lets the key go on; returns whether it was blocked. */
    boolean discardHead(String destination, String key);

    /** Lets a parked key go on without those that are dead letters; returns whether it was parked. */
    boolean release(String destination, String key);

    /** Lists held keys by destination and key. */
    List<HeldKey> list(HeldKey.@Nullable Place after, int limit);

    /** Counts parked and blocked keys by destination; those without any are left out. */
    Map<String, HeldKeyCount> counts();

    default HeldKeyCount count() {
        return counts().values().stream().reduce(HeldKeyCount.NONE, HeldKeyCount::plus);
    }
}
