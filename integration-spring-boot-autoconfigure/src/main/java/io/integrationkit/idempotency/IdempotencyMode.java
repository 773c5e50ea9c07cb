package io.integrationkit.idempotency;

/** Where the claim of a key lives. */
public enum IdempotencyMode {
    /**
     * In the transaction of the method or of its caller, if there is one of the store's own database; otherwise a lease.
     */
    AUTO,
    /**
     * In the transaction of the method or of its caller: claim, effect and result commit together, or nothing of them is
     * there. Start-up fails where the method can have no such transaction.
     */
    TRANSACTIONAL,
    /** A lease that is committed at once, whatever transaction is active. No connection is held while the method runs. */
    LEASE
}
