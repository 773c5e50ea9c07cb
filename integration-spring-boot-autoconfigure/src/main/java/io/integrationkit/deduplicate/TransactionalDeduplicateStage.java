package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.interceptor.NoRollbackRuleAttribute;
import org.springframework.transaction.interceptor.RollbackRuleAttribute;
import org.springframework.transaction.interceptor.RuleBasedTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * Receives a message, or a batch, in the transaction of its handler, or in one opened around it. A crash before the commit leaves
 * neither row nor effect, a crash after it both.
 *
 * <p>A handler that throws has not handled its message. A transaction of our own rolls back, whatever is thrown. One
 * that was active before may commit all the same: Spring commits after a checked exception, and a caller, or the stage
 * that dead-letters the call, may swallow it. The row of such a message is deleted in that transaction, or its next
 * delivery, or the replay of its dead letter, would be taken for a duplicate and the message lost. Only where the method
 * itself says {@code noRollbackFor}, effect and row are kept together.
 */
final class TransactionalDeduplicateStage implements Stage {

    private static final int ATTEMPTS = 3;

    private final Stage next;

    private final Intake intake;

    private final JdbcAccess access;

    private final @Nullable TransactionAttribute transaction;

    TransactionalDeduplicateStage(
            Stage next, Intake intake, JdbcAccess access, @Nullable TransactionAttribute transaction) {
        this.next = next;
        this.intake = intake;
        this.access = access;
        this.transaction = transaction;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Delivery delivery = this.intake.of(call);
        try {
            return this.access.inTransaction() ? joined(call, delivery) : inOwnTransaction(call, delivery);
        } finally {
            call.timePassed();
        }
    }

    private @Nullable Object joined(Call call, Delivery delivery) throws Throwable {
        if (!delivery.receive()) {
            return delivery.duplicate();
        }
        try {
            return this.next.run(call);
        } catch (Throwable failure) {
            if (mayCommit(failure)) {
                forget(delivery);
            }
            throw failure;
        }
    }

    private boolean mayCommit(Throwable failure) {
        if (this.transaction == null) {
            return true;
        }
        return !this.transaction.rollbackOn(failure) && !saysNoRollback(this.transaction, failure);
    }

    private static boolean saysNoRollback(TransactionAttribute transaction, Throwable failure) {
        List<RollbackRuleAttribute> rules =
                (transaction instanceof RuleBasedTransactionAttribute ruled) ? ruled.getRollbackRules() : List.of();
        return rules.stream()
                .anyMatch((rule) -> rule instanceof NoRollbackRuleAttribute && rule.getDepth(failure) >= 0);
    }

    private static void forget(Delivery delivery) {
        try {
            delivery.forget();
        } catch (DataAccessException ex) {
            // A transaction that takes no statement any more will not commit the row either.
        }
    }

    /**
     * A transaction that loses a deadlock or a snapshot while it receives has done nothing yet, so it begins anew: on
     * MariaDB and MySQL that happens to copies that wait for a transaction which then rolls back.
     */
    private @Nullable Object inOwnTransaction(Call call, Delivery delivery) throws Throwable {
        for (int attempt = 1; ; attempt++) {
            try {
                return this.access.<@Nullable Object>inTransaction(() -> receiveAndRun(call, delivery));
            } catch (HandlerFailure failure) {
                throw failure.handlers();
            } catch (LostConflict lost) {
                if (attempt == ATTEMPTS) {
                    throw lost.conflict();
                }
            }
        }
    }

    private @Nullable Object receiveAndRun(Call call, Delivery delivery) {
        boolean anything;
        try {
            anything = delivery.receive();
        } catch (DataAccessException ex) {
            throw LockConflicts.isLost(this.access.database(), ex) ? new LostConflict(ex) : ex;
        }
        if (!anything) {
            return delivery.duplicate();
        }
        try {
            return this.next.run(call);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new HandlerFailure(failure);
        }
    }

    /** Carries a conflict about locks out of the transaction, which rolls back. */
    private static final class LostConflict extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final DataAccessException conflict;

        LostConflict(DataAccessException conflict) {
            super(null, conflict, false, false);
            this.conflict = conflict;
        }

        DataAccessException conflict() {
            return this.conflict;
        }
    }

    /** Carries a checked exception out of the transaction, which rolls back. */
    private static final class HandlerFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Throwable handlers;

        HandlerFailure(Throwable handlers) {
            super(null, handlers, false, false);
            this.handlers = handlers;
        }

        Throwable handlers() {
            return this.handlers;
        }
    }
}
