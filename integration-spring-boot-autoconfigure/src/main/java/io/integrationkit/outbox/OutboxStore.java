package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where messages wait. A row that is there is owed; nothing else says so. */
interface OutboxStore {

    /** Adds messages in their order; in the active transaction if the store knows transactions. */
    void append(List<OutboxRecord> records);

    /**
     * Reads messages, per shard from the lowest id on, without claiming them: who may read a shard is decided by its
     * lease. Leaves out the messages of blocked keys, and those that wait for the replays of their key.
     *
     * @param windows which shards and how much of each
     * @param pausedDestinations destinations whose messages are left out
     */
    List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations);

    /** Removes messages that were acknowledged; one that is gone already is no error. */
    void delete(List<StoredMessage.Row> rows);

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
     * What to read of a shard.
     *
     * @param limit most messages
     * @param skippedKey key to leave out, or {@code null} for none
     */
    record Window(int shard, int limit, @Nullable String skippedKey) {}
}
