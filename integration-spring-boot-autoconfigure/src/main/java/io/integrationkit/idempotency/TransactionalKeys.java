package io.integrationkit.idempotency;

import java.time.Duration;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Keys of a store whose claim and result live in the transaction of the work: both commit with it, or neither is there.
 * Safe for use by any number of threads, each in a transaction of its own.
 */
public interface TransactionalKeys {

    /**
     * Returns whose transactions these are.
     *
     * @return the manager of the store's database
     */
    PlatformTransactionManager transactionManager();

    /**
     * Tells whether a transaction of that manager is active on this thread.
     *
     * @return whether a claim may be made
     */
    boolean inTransaction();

    /**
     * Claims a key in the active transaction. Waits for the end of another transaction that holds the key: after its
     * commit the answer is its result, after its rollback the key is granted.
     *
     * @param request the call that wants the key
     * @param maxWait longest time to wait; engines measure it in whole milliseconds or seconds, rounded up
     * @return the answer; after {@link Claim.InProgress} the transaction may be able to do nothing but roll back
     * @throws ClaimConflictException if the database ended the transaction because of a conflict; the work, begun anew
     *     in another transaction, may get the key
     */
    Claim claim(ClaimRequest request, Duration maxWait);

    /**
     * Ends a claim with a result, in the same transaction.
     *
     * @param token the claim
     * @param result what later calls with the key get
     * @param ttl time for which it is remembered, from now
     * @return {@code false} if the key is not the caller's any more; its transaction must roll back
     */
    boolean complete(ClaimToken token, StoredResult result, Duration ttl);

    /**
     * Gives a key back, in the same transaction: if it commits, nothing of the claim is left, or, if the claim was that of
     * a replay, its dead letter waits again.
     *
     * @param token the claim
     * @return {@code false} if the key is not the caller's any more; nothing was written then
     */
    boolean release(ClaimToken token);
}
