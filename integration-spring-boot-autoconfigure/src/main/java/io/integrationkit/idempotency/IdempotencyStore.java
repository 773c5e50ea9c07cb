package io.integrationkit.idempotency;

import io.integrationkit.context.TimeSource;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
     * Moves the end of the lease of a claim.
     *
     * @param token the claim
     * @param lease time left from now; zero ends the lease at once, as if the holder had died long ago
     * @return {@code false} if the key is not the caller's any more; nothing was written then
     */
    boolean extend(ClaimToken token, Duration lease);

    /**
     * Finds what is known of a key, whosever it is.
     *
     * @param operation the operation the key belongs to
     * @param hash SHA-256 of the key, in hexadecimal
     * @return one status for each scope that used the key, a few hundred at most; empty if there is none
     */
    List<KeyStatus> find(String operation, String hash);

    /**
     * Takes a key away from a holder that does not end its claim, whatever its lease is: the key is free, or, if the claim
     * was that of a replay, its dead letter waits again. What the holder writes later counts no more.
     *
     * @param key the key
     * @param epoch epoch of the holder
     * @return {@code false} if that holder had ended its claim, or another one has the key; nothing was written then
     */
    boolean free(IdempotencyKey key, long epoch);

    /**
     * Counts the keys.
     *
     * @return the numbers; a store may stop counting at some hundred thousand
     */
    KeyCounts counts();

    /**
     * Returns the same keys for calls whose work is done in a transaction of the store's own database.
     *
     * @return the keys, or {@code null} if the store has no transactions that work could join
     */
    default @Nullable TransactionalKeys transactional() {
        return null;
    }

    /**
     * Deletes keys that need not be remembered any longer; never one that is held under a valid lease.
     *
     * @param limit largest number of keys to delete
     * @return how many were deleted; always zero if the store forgets such keys by itself
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
