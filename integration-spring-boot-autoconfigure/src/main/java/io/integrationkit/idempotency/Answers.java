package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.Operation;
import io.integrationkit.context.Replay;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.CompletedCalls.Completed;
import org.jspecify.annotations.Nullable;

/** What a call gets whose work is not done, since its key says what became of it. */
final class Answers {

    private final Operation operation;

    private final ResultCodec codec;

    private final Told told;

    private final KeySums sums;

    Answers(Operation operation, ResultCodec codec, Told told, KeySums sums) {
        this.operation = operation;
        this.codec = codec;
        this.told = told;
        this.sums = sums;
    }

    /** Answers from a claim that was not granted. */
    @Nullable
    Object of(Call call, HeldKey held, Claim claim) throws Exception {
        if (claim instanceof Claim.Done done) {
            return replayed(call, held.hashed(), done.result());
        }
        if (claim instanceof Claim.DeadLettered deadLettered) {
            return deadLettered(call, deadLettered.entryId());
        }
        if (claim instanceof Claim.OutcomeUnknown) {
            throw outcomeUnknown(call, null);
        }
        throw reused();
    }

    @Nullable
    Object known(Call call, CallKey key, Completed completed) throws Exception {
        if (completed.known()) {
            this.sums.duplicate(call);
            call.ended(CallOutcome.REPLAYED);
            this.told.replayed();
            return completed.value();
        }
        return replayed(call, key.hashed(), completed.result());
    }

    private @Nullable Object replayed(Call call, IdempotencyKey key, StoredResult result) throws Exception {
        this.sums.duplicate(call);
        call.ended(CallOutcome.REPLAYED);
        Object value;
        try {
            value = this.codec.read(key, result);
        } catch (ProblemException unreadable) {
            throw this.told.refusing(unreadable);
        } catch (Exception remembered) {
            this.told.replayed();
            throw remembered;
        }
        this.told.replayed();
        return value;
    }

    private @Nullable Object deadLettered(Call call, String entryId) {
        this.sums.duplicate(call);
        call.deadLettered(entryId);
        // A replay that returned normally would close an entry whose work was not done.
        if (this.operation.returnsNothing() && Replay.current() == null) {
            return null;
        }
        throw new DeadLetteredException(this.operation.name(), entryId, null);
    }

    /** Tells the client too why the store did not give the key. */
    ProblemException refused(ProblemException problem) {
        return this.told.refusing(problem);
    }

    ProblemException reused() {
        return this.told.refusing(new ProblemException(
                ProblemCode.KEY_REUSED,
                FailureCategory.VALIDATION,
                "%s was not called: its key was used before with other arguments; use a new key for another request"
                        .formatted(this.operation)));
    }

    ProblemException outcomeUnknown(Call call, @Nullable Throwable cause) {
        this.sums.duplicate(call);
        return this.told.refusing(new ProblemException(
                ProblemCode.OUTCOME_UNKNOWN,
                FailureCategory.PERMANENT,
                "%s was not called: a call with the same key began before and never told how it ended; its work may have been done. An operator may release the key, or let a Reconciler find out (@Idempotent(afterCrash))"
                        .formatted(this.operation),
                null,
                cause));
    }
}
