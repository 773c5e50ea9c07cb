package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.RejectedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets a call run whose key is claimed inside its transaction, by the stage there, and does what only somebody outside
 * can: begins anew when the claim lost its transaction to a conflict, keeps the result once it is committed, and remembers
 * what is left when the transaction has rolled back: a refusal of the callee, or the dead letter that the call became.
 *
 * <p>In a transaction of the caller that is done when it ends. A crash between the rollback and what is remembered leaves
 * the key free: the next call runs, and finds out again.
 */
final class TransactionalWork {

    private static final Logger logger = LoggerFactory.getLogger(TransactionalWork.class);

    private static final int MOST_CONFLICTS = 5;

    private final Stage next;

    private final TransactionRule rule;

    private final LeasedKeys keys;

    private final KeyQueue queue;

    private final Answers answers;

    private final ResultCodec codec;

    private final FailureClassification classification;

    TransactionalWork(
            Stage next,
            TransactionRule rule,
            LeasedKeys keys,
            KeyQueue queue,
            Answers answers,
            ResultCodec codec,
            FailureClassification classification) {
        this.next = next;
        this.rule = rule;
        this.keys = keys;
        this.queue = queue;
        this.answers = answers;
        this.codec = codec;
        this.classification = classification;
    }

    @Nullable
    Object run(Call call, HeldKey held) throws Throwable {
        boolean joins = this.rule.joins();
        TransactionalClaim claim = new TransactionalClaim(held);
        @Nullable Object @Nullable [] arguments = this.queue.argumentsOf(call);
        call.attach(claim);
        try {
            Object result = withoutConflict(call, joins);
            ended(call, claim, arguments, joins, null);
            return result;
        } catch (RejectedException refusal) {
            // A result that is known is answered even while the callee is not asked.
            Claim known = joins ? null : this.keys.look(held);
            if (known instanceof Claim.Done) {
                return this.answers.of(call, held, known);
            }
            throw refusal;
        } catch (Throwable failure) {
            ended(call, claim, arguments, joins, failure);
            throw failure;
        } finally {
            call.attach(null);
            call.timePassed();
            // In a transaction of the caller the next one waits for its end in the database.
            this.queue.leave(held);
        }
    }

    private @Nullable Object withoutConflict(Call call, boolean joins) throws Throwable {
        for (int conflicts = 1; ; conflicts++) {
            try {
                return this.next.run(call);
            } catch (ClaimConflictException conflict) {
                if (joins || conflicts == MOST_CONFLICTS) {
                    throw conflict;
                }
                beginAnew(call);
            }
        }
    }

    /** Nothing of the method has run, but the invocation has: the next run needs a new one, as a second attempt does. */
    private static void beginAnew(Call call) {
        do {
            call.attemptStarted();
        } while (call.attempts() < 2);
    }

    /** Remembers how a call ended, now or, in a transaction of the caller, when that ends. */
    private void ended(
            Call call,
            TransactionalClaim claim,
            @Nullable Object @Nullable [] arguments,
            boolean joins,
            @Nullable Throwable failure) {
        String entryId = call.deadLetterId();
        StoredResult result = claim.result();
        boolean returnsNothing = call.operation().returnsNothing();
        if (!joins || !TransactionSynchronizationManager.isSynchronizationActive()) {
            remember(claim.held(), arguments, result, entryId, failure);
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                boolean committed = status == STATUS_COMMITTED;
                // What returned nothing is stored as a dead letter in the transaction itself.
                String entry = (committed || !returnsNothing) ? entryId : null;
                remember(claim.held(), arguments, committed ? result : null, entry, committed ? null : failure);
            }
        });
    }

    private void remember(
            HeldKey held,
            @Nullable Object @Nullable [] arguments,
            @Nullable StoredResult result,
            @Nullable String entryId,
            @Nullable Throwable failure) {
        if (entryId != null) {
            write(held, (token) -> this.keys.deadLetter(token, entryId));
        } else if (failure != null) {
            Failure classified = this.classification.classify(failure);
            if (RememberedFailures.remembers(failure, classified)) {
                StoredResult refusal = this.codec.write(held.hashed(), failure, classified);
                write(held, (token) -> this.keys.complete(token, refusal));
            }
        } else if (result != null) {
            this.queue.keep(held, arguments, result, null, false, this.keys.ttl());
        }
    }

    /** Claims the key that the transaction has given back, to note what became of the call. */
    private void write(HeldKey held, Noting noting) {
        boolean interrupted = Thread.interrupted();
        try {
            if (this.keys.claim(held) instanceof Claim.Granted granted && !noting.note(granted.token())) {
                this.queue.sums().fenceLost();
            }
        } catch (RuntimeException ex) {
            logger.warn("What became of {} could not be stored; a repetition will be tried again", held.hashed(), ex);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @FunctionalInterface
    private interface Noting {

        /** Whether the claim was still held. */
        boolean note(ClaimToken token);
    }
}
