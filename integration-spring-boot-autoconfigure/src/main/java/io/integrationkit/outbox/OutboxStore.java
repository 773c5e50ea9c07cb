package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where messages wait. A row that is there is owed; nothing else says so. */
interface OutboxStore {

    /** Bytes of payload after which a read may end, and with which in memory no further read begins. */
    long MOST_BYTES = 16L * 1024 * 1024;

    /** Adds messages in their order; in the active transaction if the store knows transactions. */
    void append(List<OutboxRecord> records);

    /**
     * Reads messages, per shard from the lowest id of its window on, without claiming them: who may read a shard is
     * decided by its lease. Leaves out the messages of blocked keys, and those that wait for the replays of their key.
     * May end early once {@link #MOST_BYTES} of payload are read, at least one message though.
     *
     * @param windows which shards and how much of each
     * @param pausedDestinations destinations whose messages are left out
     */
    List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations);

    /** Removes messages that were acknowledged; one that is gone already is no error. */
    void delete(List<StoredMessage.Row> rows);

    /**
     * Removes messages whose transaction at the destination is committed, and returns when no crash of the database
     * server brings them back. One that is gone already is no error.
     */
    default void deleteForGood(List<StoredMessage.Row> rows) {
        delete(rows);
    }

    /**
     * Names the messages of some rows.
     *
     * @param shard shard of the rows
     * @param ids ids of the rows
     * @return id of the message by id of the row; without the rows that are gone
     */
    default Map<Long, String> messageIds(int shard, List<Long> ids) {
        return Map.of();
    }

    /**
     * Makes a message a dead letter and removes it, both or neither, if the shard still belongs to the lease.
     *
     * @return whether it did belong
     */
    boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause);

    OutboxBacklog backlog();

    /** Which keys are parked or blocked. */
    KeyStates keys();

    /**
     * Tells which transactions may still bring a message to light that has a low id: those that wrote to the outbox and
     * are not over. They are looked up after the id: what none of them wrote is there for the next read, or never will
     * be.
     *
     * @param shards shards in which to look for ids
     * @param beyond ids up to this one need not be looked at
     * @return the answer, or {@code null} where this cannot be known; each read then begins at the lowest id
     */
    default @Nullable Writers writers(Collection<Integer> shards, long beyond) {
        return null;
    }

    /**
     * Who was writing at a moment.
     *
     * @param lastId an id that was drawn before that moment; 0 if there is none beyond the given one
     * @param open names of the transactions that had written and were not over; a name is never used again
     * @param holding those of the given shards in which a key was parked, blocked or being released: reads leave rows out
     *     there. Only the owner of a shard adds to them
     */
    record Writers(long lastId, Set<String> open, Set<Integer> holding) {}

    /**
     * What to read of a shard.
     *
     * @param limit most messages
     * @param skippedKey key to leave out, or {@code null} for none
     * @param after only messages with a higher id; 0 for all
     * @param keysHeld whether keys of the shard may be held; if not, none is looked for
     */
    record Window(int shard, int limit, @Nullable String skippedKey, long after, boolean keysHeld) {

        /** A window on the whole shard. */
        Window(int shard, int limit, @Nullable String skippedKey) {
            this(shard, limit, skippedKey, 0, true);
        }
    }
}
