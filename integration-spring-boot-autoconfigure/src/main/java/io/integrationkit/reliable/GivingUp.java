package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Compensation;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.Operation;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.Redaction;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a call that no attempt could save, in this order: its compensation, if the method was attempted at
 * all; whoever recovers it (handlers by category, fallback); the dead letters; the caller. A listener's call that comes
 * again is not given up, and only recovered.
 *
 * @param operation the operation
 * @param recovery who recovers and compensates
 * @param archive where the call is stored, or {@code null} if it is thrown
 * @param classification says what kind of failure an exception is
 * @param longestWait time to wait above which a listener's record is delivered again instead; asked each time, since it
 *     may change at run time
 */
record GivingUp(
        Operation operation,
        CallRecovery recovery,
        @Nullable GivenUpArchive archive,
        FailureClassification classification,
        Supplier<Duration> longestWait) {

    private static final Logger logger = LoggerFactory.getLogger(GivingUp.class);

    /** Whether anything but the caller stands ready. */
    boolean hasAnything() {
        return this.archive != null || !this.recovery.isEmpty();
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
        Failure classified = classify(failure);
        boolean rejected = classified.category() == FailureCategory.REJECTED;
        boolean comesAgain = this.operation.redelivered() && (rejected || comesAgain(classified));
        Compensation compensation = (!comesAgain && call.attempts() > 0 && !this.recovery.isEmpty())
                ? compensate(call, classified, failure)
                : Compensation.NONE;
        Throwable left = failure;
        if (!this.recovery.isEmpty()) {
            CallRecovery.Result result = this.recovery.recover(target(call), call.arguments(), classified, failure);
            if (result.recovered()) {
                call.ended(CallOutcome.RECOVERED);
                return result.value();
            }
            left = (result.failure() != null) ? result.failure() : failure;
        }
        if (rejected || comesAgain || this.archive == null) {
            throw left;
        }
        return this.archive.store(call, arguments, classified, left, compensation);
    }

    /** Without a category there is nothing to decide by; the caller gets what the callee threw. */
    private Failure classify(Throwable failure) throws Throwable {
        try {
            return this.classification.classify(failure);
        } catch (Throwable unexpected) {
            Progress.attach(failure, unexpected);
            throw failure;
        }
    }

    /** If the work cannot be undone, somebody must know: the caller, or the log where the call is kept. */
    private Compensation compensate(Call call, Failure classified, Throwable failure) throws Throwable {
        try {
            boolean ran = this.recovery.compensate(target(call), call.arguments(), classified, failure);
            return ran ? Compensation.DONE : Compensation.NONE;
        } catch (Throwable ex) {
            if (this.archive == null) {
                Progress.attach(failure, ex);
                throw failure;
            }
            logger.error(
                    "The compensation of {} failed; its work may be half done. The call becomes a dead letter",
                    this.operation,
                    Redaction.STANDARD.of(ex));
            return Compensation.FAILED;
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
        Duration asked = failure.retryAfter();
        return failure.category() == FailureCategory.RATE_LIMIT
                || (failure.retryable() && asked != null && asked.compareTo(this.longestWait.get()) > 0)
                || Thread.currentThread().isInterrupted();
    }
}
