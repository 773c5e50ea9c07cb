package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Replay;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the key of a call, lets it run, and ends the claim with what became of it.
 *
 * <p>A crash after the claim, and one after the effect, both leave the key claimed until its lease ends; the next call
 * then runs again. Once the effect happened, nothing that goes wrong here is the caller's failure: it would call again
 * and do the work twice.
 */
final class IdempotentStage implements Stage {

    private static final Logger logger = LoggerFactory.getLogger(IdempotentStage.class);

    private final Stage next;

    private final KeyClaims claims;

    private final ResultCodec codec;

    IdempotentStage(Stage next, KeyClaims claims, ResultCodec codec) {
        this.next = next;
        this.claims = claims;
        this.codec = codec;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Claim claim = this.claims.claim(call);
        call.timePassed();
        if (claim instanceof Claim.Granted granted) {
            return execute(call, granted.token());
        }
        if (claim instanceof Claim.Done done) {
            call.ended(CallOutcome.REPLAYED);
            return this.codec.read(done.result());
        }
        if (claim instanceof Claim.DeadLettered deadLettered) {
            call.deadLettered(deadLettered.entryId());
            // A replay that returned normally would close an entry whose work was not done.
            if (call.operation().returnsNothing() && Replay.current() == null) {
                return null;
            }
            throw new DeadLetteredException(call.operation().name(), deadLettered.entryId(), null);
        }
        throw new ProblemException(
                ProblemCode.KEY_REUSED,
                FailureCategory.VALIDATION,
                "%s was not called: its key was used before with other arguments; use a new key for another request"
                        .formatted(call.operation()));
    }

    private @Nullable Object execute(Call call, ClaimToken token) throws Throwable {
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable exception) {
            uninterrupted(() -> afterFailure(call, token, exception));
            call.timePassed();
            throw exception;
        }
        uninterrupted(() -> afterReturn(call, token, result));
        call.timePassed();
        return result;
    }

    /** What became of the call must be written even if its thread was asked to stop: a pool refuses such a thread. */
    private static void uninterrupted(Runnable write) {
        boolean interrupted = Thread.interrupted();
        try {
            write.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void afterReturn(Call call, ClaimToken token, @Nullable Object result) {
        String entryId = call.deadLetterId();
        try {
            boolean held = (entryId != null)
                    ? this.claims.deadLetter(token, entryId)
                    : this.claims.complete(token, this.codec.write(result));
            if (!held) {
                warnOfLostFence(token);
            }
        } catch (RuntimeException ex) {
            logger.error("The result of {} could not be stored; a repetition will do its work again", token.key(), ex);
        }
    }

    private void afterFailure(Call call, ClaimToken token, Throwable exception) {
        String entryId = call.deadLetterId();
        try {
            if (entryId != null) {
                this.claims.deadLetter(token, entryId);
                return;
            }
            Failure failure = this.claims.classify(exception);
            if (RememberedFailures.remembers(exception, failure)) {
                this.claims.complete(token, this.codec.write(exception, failure));
            } else {
                this.claims.release(token);
            }
        } catch (RuntimeException ex) {
            // The caller must see why the call failed; the key is free again when the lease is over.
            exception.addSuppressed(ex);
        }
    }

    private static void warnOfLostFence(ClaimToken token) {
        logger.warn(
                "{}: {} ended after its lease, and another call had taken its key over: its work may have been done twice. Raise integration.idempotency.lease, or the attribute lease of @Idempotent",
                ProblemCode.FENCE_LOST,
                token.key());
    }
}
