package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a call that no attempt could save, in this order: whoever handles failures of its category; its
 * compensation, if the method was attempted at all; its fallback; the dead letters; the caller.
 *
 * @param operation the operation
 * @param recovery handlers by category, or {@code null} if there are none
 * @param compensation what undoes the work, or {@code null}
 * @param fallback what answers instead, or {@code null}
 * @param archive where the call is stored, or {@code null} if it is thrown
 * @param classification says what kind of failure an exception is
 * @param longestWait time to wait above which a listener's record is delivered again instead
 */
record GivingUp(
        Operation operation,
        @Nullable FailureRecovery recovery,
        @Nullable FailureMethods compensation,
        @Nullable FailureMethods fallback,
        @Nullable GivenUpArchive archive,
        FailureClassification classification,
        Duration longestWait) {

    private static final Logger logger = LoggerFactory.getLogger(GivingUp.class);

    /** Whether anything but the caller stands ready. */
    boolean hasAnything() {
        return this.recovery != null || this.compensation != null || this.fallback != null || this.archive != null;
    }

    /** To be called before the first attempt. */
    @Nullable
    String before(Call call) {
        return (this.archive != null) ? this.archive.before(call) : null;
    }

    /**
     * Gives a call up.
     *
     * @param arguments what {@link #before} gave
     * @param failure how its last attempt failed, or why there was none
     * @return what the caller gets
     * @throws Throwable what the caller gets instead
     */
    @Nullable
    Object giveUp(Call call, @Nullable String arguments, Throwable failure) throws Throwable {
        if (failure instanceof VirtualMachineError
                || failure instanceof DeadLetteredException
                || call.outcome() == CallOutcome.DUPLICATE) {
            throw failure;
        }
        Failure classified = this.classification.classify(failure);
        if (this.recovery != null && this.recovery.handles(classified, failure)) {
            return recovered(call, this.recovery.recover(call, classified, failure));
        }
        if (this.fallback != null && this.fallback.accepts(failure)) {
            compensate(call, classified, failure);
            Object answer = this.fallback.invoke(target(call), call.arguments(), failure, classified.category());
            return recovered(call, answer);
        }
        if (classified.category() == FailureCategory.REJECTED || comesAgain(classified)) {
            throw failure;
        }
        if (this.archive == null) {
            compensate(call, classified, failure);
            throw failure;
        }
        compensateBeforeStoring(call, classified, failure);
        return this.archive.store(call, arguments, classified, failure);
    }

    private static @Nullable Object recovered(Call call, @Nullable Object answer) {
        call.ended(CallOutcome.RECOVERED);
        return answer;
    }

    /** If the work cannot be undone, the caller must know: it gets its failure, with that of the compensation. */
    private void compensate(Call call, Failure classified, Throwable failure) throws Throwable {
        if (this.compensation == null || call.attempts() == 0 || !this.compensation.accepts(failure)) {
            return;
        }
        try {
            this.compensation.invoke(target(call), call.arguments(), failure, classified.category());
        } catch (Throwable ex) {
            if (ex != failure) {
                failure.addSuppressed(ex);
            }
            throw failure;
        }
    }

    private void compensateBeforeStoring(Call call, Failure classified, Throwable failure) {
        try {
            compensate(call, classified, failure);
        } catch (Throwable ex) {
            // The call is kept, so nobody else learns of it.
            logger.error(
                    "The compensation of {} failed; its work may be half done. The call becomes a dead letter",
                    this.operation,
                    ex);
        }
    }

    static Object target(Call call) {
        Object target = call.target();
        if (target == null) {
            throw new IllegalStateException(call.operation() + " was called without a bean");
        }
        return target;
    }

    /** Whether the message container should pause, or stop, and deliver this call again instead. */
    private boolean comesAgain(Failure failure) {
        if (!this.operation.redelivered()) {
            return false;
        }
        Duration asked = failure.retryAfter();
        return failure.category() == FailureCategory.RATE_LIMIT
                || (failure.retryable() && asked != null && asked.compareTo(this.longestWait) > 0)
                || Thread.currentThread().isInterrupted();
    }
}
