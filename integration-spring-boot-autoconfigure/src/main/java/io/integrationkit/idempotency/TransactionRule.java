package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Decides for the calls of one operation whether their claim lives in a transaction. */
final class TransactionRule {

    private final @Nullable TransactionalKeys keys;

    private final IdempotencyMode mode;

    /** Of the method, if it is one of the store's own manager. */
    private final @Nullable TransactionAttribute own;

    private final boolean foreign;

    /**
     * Creates the rule.
     *
     * @param keys the transactional keys, or {@code null} if the store has none
     * @param mode what the annotation asks for
     * @param attribute transaction attribute of the method, or {@code null} if it has none
     * @param foreign whether that attribute is of another manager than the store's
     */
    TransactionRule(
            @Nullable TransactionalKeys keys,
            IdempotencyMode mode,
            @Nullable TransactionAttribute attribute,
            boolean foreign) {
        this.keys = keys;
        this.mode = mode;
        this.own = foreign ? null : attribute;
        this.foreign = foreign;
    }

    /** Whether any call can have its claim in a transaction. */
    boolean possible() {
        return this.keys != null && this.mode != IdempotencyMode.LEASE && !this.foreign && !runsOutside();
    }

    /** Whether each call has its claim in a transaction. */
    boolean certain() {
        return possible() && (this.mode == IdempotencyMode.TRANSACTIONAL || beginsItsOwn());
    }

    /** Whether the claim of a call that begins now on this thread lives in a transaction. */
    boolean appliesNow() {
        if (this.mode == IdempotencyMode.TRANSACTIONAL) {
            return true;
        }
        return !joinsOneThatOnlyReads() && (certain() || (possible() && inTransaction()));
    }

    /** No claim can be written there. */
    private boolean joinsOneThatOnlyReads() {
        return joins() && TransactionSynchronizationManager.isCurrentTransactionReadOnly();
    }

    /** Whether a transaction of the store's database is active. */
    boolean inTransaction() {
        return this.keys != null && this.keys.inTransaction();
    }

    /** Whether that transaction is the caller's, so that its end is not in our hands. */
    boolean joins() {
        return inTransaction() && !(this.own != null && suspends(this.own.getPropagationBehavior()));
    }

    private boolean runsOutside() {
        return this.own != null
                && (this.own.isReadOnly()
                        || switch (this.own.getPropagationBehavior()) {
                            case TransactionAttribute.PROPAGATION_NOT_SUPPORTED,
                                    TransactionAttribute.PROPAGATION_NEVER -> true;
                            default -> false;
                        });
    }

    private boolean beginsItsOwn() {
        return this.own != null && this.own.getPropagationBehavior() != TransactionAttribute.PROPAGATION_SUPPORTS;
    }

    private static boolean suspends(int propagation) {
        return propagation == TransactionAttribute.PROPAGATION_REQUIRES_NEW;
    }
}
