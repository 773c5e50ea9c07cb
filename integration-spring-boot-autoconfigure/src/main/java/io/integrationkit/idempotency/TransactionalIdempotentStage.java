package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Claims the key of a call in the transaction of its attempt, and completes it there. A crash before the commit leaves
 * neither claim nor effect, a crash after it both. Calls whose key is claimed with a lease pass through.
 *
 * <p>A method that throws may leave a transaction that commits all the same: Spring commits after a checked exception,
 * and a caller may swallow one. A failure that is remembered is written as the result then; any other gives the key back.
 */
final class TransactionalIdempotentStage implements Stage {

    private final Stage next;

    private final TransactionalKeys keys;

    private final LeasedKeys requests;

    private final KeyQueue queue;

    private final Answers answers;

    private final ResultCodec codec;

    private final FailureClassification classification;

    TransactionalIdempotentStage(
            Stage next,
            TransactionalKeys keys,
            LeasedKeys requests,
            KeyQueue queue,
            Answers answers,
            ResultCodec codec,
            FailureClassification classification) {
        this.next = next;
        this.keys = keys;
        this.requests = requests;
        this.queue = queue;
        this.answers = answers;
        this.codec = codec;
        this.classification = classification;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        if (!(call.attachment() instanceof TransactionalClaim noted)) {
            return this.next.run(call);
        }
        if (!this.keys.inTransaction() || TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
            throw new ProblemException(
                    ProblemCode.TRANSACTION_MISSING,
                    FailureCategory.PERMANENT,
                    "%s was not called: @Idempotent(mode = TRANSACTIONAL) needs a transaction of the store's database that may write, and none is active; add @Transactional to the method or its caller"
                            .formatted(call.operation()));
        }
        noted.begin();
        Claim claim = claim(call, noted);
        if (claim instanceof Claim.Granted granted) {
            this.queue.sums().executed(call);
            return execute(call, noted, granted.token());
        }
        if (claim instanceof Claim.InProgress inProgress) {
            throw this.queue.refused(call, inProgress.remaining());
        }
        if (claim instanceof Claim.Done done) {
            noted.ended(done.result(), true);
        }
        return this.answers.of(call, noted.held(), claim);
    }

    private Claim claim(Call call, TransactionalClaim noted) {
        ClaimRequest request = this.requests.request(noted.held());
        WaitBudget budget = this.queue.budget();
        try {
            return this.keys.claim(request, this.queue.longestWait(budget));
        } finally {
            this.queue.sums().claimed(budget.spent());
            call.timePassed();
        }
    }

    private @Nullable Object execute(Call call, TransactionalClaim noted, ClaimToken token) throws Throwable {
        Object result;
        try (Scope scope =
                IdempotencyContext.of(token.key().identity(), token.epoch()).open()) {
            result = this.next.run(call);
        } catch (Throwable failure) {
            afterFailure(token, failure);
            call.timePassed();
            throw failure;
        }
        if (!RememberedFailures.remembers(result)) {
            this.keys.release(token);
            call.timePassed();
            return result;
        }
        StoredResult stored = this.codec.write(token.key(), result);
        requireHeld(token, this.keys.complete(token, stored, this.requests.ttl()));
        noted.ended(stored, false);
        call.timePassed();
        return result;
    }

    private void afterFailure(ClaimToken token, Throwable exception) {
        try {
            Failure failure = this.classification.classify(exception);
            if (RememberedFailures.remembers(exception, failure)) {
                this.keys.complete(token, this.codec.write(token.key(), exception, failure), this.requests.ttl());
            } else {
                this.keys.release(token);
            }
        } catch (DataAccessException ex) {
            // A transaction that takes no statement any more will not commit the claim either.
        }
    }

    /** The row is locked since it was claimed; if it is gone all the same, the effect must not stay without it. */
    private void requireHeld(ClaimToken token, boolean held) {
        if (!held) {
            this.queue.sums().fenceLost();
            throw new ProblemException(
                    ProblemCode.FENCE_LOST,
                    FailureCategory.TEMPORARY,
                    "The claim of %s is gone from its own transaction, which is rolled back".formatted(token.key()));
        }
    }
}
