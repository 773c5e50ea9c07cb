package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the claims of calls that were run under a lease, whatever their thread was asked meanwhile. */
final class LeasedEnd {

    private static final Logger logger = LoggerFactory.getLogger(LeasedEnd.class);

    private final LeasedKeys keys;

    private final KeyQueue queue;

    private final ResultCodec codec;

    private final FailureClassification classification;

    LeasedEnd(LeasedKeys keys, KeyQueue queue, ResultCodec codec, FailureClassification classification) {
        this.keys = keys;
        this.queue = queue;
        this.codec = codec;
        this.classification = classification;
    }

    /**
     * A call that runs.
     *
     * @param call the call
     * @param held its key
     * @param token its claim
     * @param renewal renews its lease
     * @param arguments its arguments, if they may be kept
     */
    record Running(
            Call call,
            HeldKey held,
            ClaimToken token,
            LeaseRenewal.Held renewal,
            @Nullable Object @Nullable [] arguments) {}

    /** The work was done. */
    void returned(Running running, @Nullable Object result) {
        end(running, () -> afterReturn(running, result));
    }

    /** The work failed. */
    void failed(Running running, Throwable failure) {
        end(running, () -> afterFailure(running, failure));
    }

    /** Nobody waits for the result any more, but the work may go on: its lease ends by itself. */
    void cancelled(Running running) {
        end(running, () -> {});
    }

    /** Nobody knows whether the work was done. */
    void abandoned(Running running) {
        end(running, () -> counted(running, this.keys.abandon(running.token())));
    }

    /** What became of the call must be written even if its thread was asked to stop: a pool refuses such a thread. */
    private void end(Running running, Runnable write) {
        running.renewal().end();
        boolean interrupted = Thread.interrupted();
        try {
            write.run();
        } finally {
            this.queue.leave(running.held());
            running.call().timePassed();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void afterReturn(Running running, @Nullable Object result) {
        ClaimToken token = running.token();
        String entryId = running.call().deadLetterId();
        try {
            if (entryId != null) {
                requireHeld(running, this.keys.deadLetter(token, entryId));
                return;
            }
            if (running.call().outcome() == CallOutcome.RECOVERED) {
                // What a fallback answered is not the result of the work, which was not done.
                counted(running, this.keys.release(token));
                return;
            }
            if (!RememberedFailures.remembers(result)) {
                counted(running, this.keys.release(token));
                return;
            }
            StoredResult stored = this.codec.write(token.key(), result);
            if (requireHeld(running, this.keys.complete(token, stored))) {
                boolean constant = this.codec.isConstant(stored);
                this.queue.keep(
                        running.held(),
                        running.arguments(),
                        stored,
                        constant ? result : null,
                        constant,
                        this.keys.ttl());
            }
        } catch (RuntimeException ex) {
            logger.error("The result of {} could not be stored; a repetition will do its work again", token.key(), ex);
        }
    }

    private void afterFailure(Running running, Throwable exception) {
        ClaimToken token = running.token();
        String entryId = running.call().deadLetterId();
        try {
            if (entryId != null) {
                counted(running, this.keys.deadLetter(token, entryId));
                return;
            }
            Failure failure = this.classification.classify(exception);
            if (RememberedFailures.remembers(exception, failure)) {
                counted(running, this.keys.complete(token, this.codec.write(token.key(), exception, failure)));
            } else {
                counted(running, this.keys.release(token));
            }
        } catch (RuntimeException ex) {
            // The caller must see why the call failed; the key is free again when the lease is over.
            exception.addSuppressed(ex);
        }
    }

    private static boolean counted(Running running, boolean held) {
        if (!held) {
            running.renewal().fenceLost();
        }
        return held;
    }

    private static boolean requireHeld(Running running, boolean held) {
        if (!counted(running, held)) {
            logger.warn(
                    "{}: {} ended after its lease, and another call had taken its key over: its work may have been done twice. Raise integration.idempotency.lease, or the attribute lease of @Idempotent",
                    ProblemCode.FENCE_LOST,
                    running.token().key());
        }
        return held;
    }
}
