package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.interceptor.NoRollbackRuleAttribute;
import org.springframework.transaction.interceptor.RollbackRuleAttribute;
import org.springframework.transaction.interceptor.RuleBasedTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * Receives a message in the transaction of its handler, or in one opened around it. A crash before the commit leaves
 * neither row nor effect, a crash after it both.
 *
 * <p>A handler that throws has not handled its message. A transaction of our own rolls back, whatever is thrown. One
 * that was active before may commit all the same: Spring commits after a checked exception, and a caller, or the stage
 * that dead-letters the call, may swallow it. The row of such a message is deleted in that transaction, or its next
 * delivery, or the replay of its dead letter, would be taken for a duplicate and the message lost. Only where the method
 * itself says {@code noRollbackFor}, effect and row are kept together.
 */
final class TransactionalDeduplicateStage implements Stage {

    private final Stage next;

    private final Inbox inbox;

    private final JdbcAccess access;

    private final MessageIds ids;

    private final DuplicateAnswer duplicate;

    private final @Nullable TransactionAttribute transaction;

    TransactionalDeduplicateStage(
            Stage next,
            Inbox inbox,
            JdbcAccess access,
            MessageIds ids,
            DuplicateAnswer duplicate,
            @Nullable TransactionAttribute transaction) {
        this.next = next;
        this.inbox = inbox;
        this.access = access;
        this.ids = ids;
        this.duplicate = duplicate;
        this.transaction = transaction;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        MessageIdentity message = this.ids.identify(call.arguments());
        if (call.key() == null) {
            call.identifiedBy(message.text());
        }
        try {
            return this.access.inTransaction() ? joined(call, message) : inOwnTransaction(call, message);
        } finally {
            call.timePassed();
        }
    }

    private @Nullable Object joined(Call call, MessageIdentity message) throws Throwable {
        if (this.inbox.receive(message) != Arrival.FIRST) {
            return this.duplicate.give(call, message);
        }
        try {
            return this.next.run(call);
        } catch (Throwable failure) {
            if (mayCommit(failure)) {
                forget(message);
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

    private void forget(MessageIdentity message) {
        try {
            this.inbox.forget(message);
        } catch (DataAccessException ex) {
            // A transaction that takes no statement any more will not commit the row either.
        }
    }

    private @Nullable Object inOwnTransaction(Call call, MessageIdentity message) throws Throwable {
        try {
            return this.access.<@Nullable Object>inTransaction(() -> receiveAndRun(call, message));
        } catch (HandlerFailure failure) {
            throw failure.handlers();
        }
    }

    private @Nullable Object receiveAndRun(Call call, MessageIdentity message) {
        if (this.inbox.receive(message) != Arrival.FIRST) {
            return this.duplicate.give(call, message);
        }
        try {
            return this.next.run(call);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new HandlerFailure(failure);
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
