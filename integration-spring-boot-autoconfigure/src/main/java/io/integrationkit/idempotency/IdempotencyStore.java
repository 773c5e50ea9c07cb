package io.integrationkit.idempotency;

import io.integrationkit.context.TimeSource;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;

/**
 * Where idempotency keys are kept. A key is claimed with a lease, then ended by its holder; each write of a holder is
 * refused once another call has taken the key over. Safe for use by any number of threads and, if the state is shared,
 * instances.
 */
public interface IdempotencyStore {

    /**
     * Tries to claim a key. Never waits for the holder of the key; committed when this returns, whatever transaction is
     * active.
     *
     * @param request the call that wants the key
     * @return whether it may do the work, and if not, what became of the key
     */
    Claim claim(ClaimRequest request);

    /**
     * Ends a claim with a result.
     *
     * @param token the claim
     * @param result what later calls with the key get
     * @param ttl time for which it is remembered, from now
     * @return {@code false} if the key is not the caller's any more; nothing was written then
     */
    boolean complete(ClaimToken token, StoredResult result, Duration ttl);

    /**
     * Ends a claim whose call was stored as a dead letter.
     *
     * @param token the claim
     * @param entryId id of the dead letter
     * @param ttl time for which it is remembered, from now
     * @return {@code false} if the key is not the caller's any more; nothing was written then
     */
    boolean deadLetter(ClaimToken token, String entryId, Duration ttl);

    /**
     * Gives a key back: the next call with it runs, or, if the claim was that of a replay, its dead letter waits again.
     *
     * @param token the claim
     * @return {@code false} if the key is not the caller's any more; nothing was written then
     */
    boolean release(ClaimToken token);

    /**
     * Deletes keys that need not be remembered any longer; never one that is held under a valid lease.
     *
     * @param limit largest number of keys to delete
     * @return how many were deleted
     */
    int deleteExpired(int limit);

    /**
     * Returns what the keys are kept in.
     *
     * @return the engine, such as {@code postgresql} or {@code memory}
     */
    String engine();

    /**
     * Tells whether the keys survive a restart.
     *
     * @return whether they do
     */
    boolean durable();

    /**
     * Keeps the keys in the table {@code integration_idempotency}, on the clock of the database.
     *
     * @param access the database
     * @return the store
     */
    static IdempotencyStore jdbc(JdbcAccess access) {
        return new JdbcIdempotencyStore(access);
    }

    /**
     * Keeps the keys in memory.
     *
     * @param maxEntries largest number of keys; beyond it calls with new keys are refused, since forgetting a key
     *     would do its work twice
     * @param time measures leases and retention
     * @return the store
     */
    static IdempotencyStore inMemory(int maxEntries, TimeSource time) {
        return new MemoryIdempotencyStore(maxEntries, time);
    }
}
