package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.Stage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Stores a call that is given up for good, so that it can be done again once its cause is mended. */
final class GiveUpStage implements Stage {

    private final Stage next;

    private final Operation operation;

    private final GivenUpCalls store;

    private final PayloadCodec codec;

    private final FailureClassification classification;

    private final Duration longestWait;

    private final boolean argumentsMayChange;

    GiveUpStage(
            Stage next,
            Operation operation,
            GivenUpCalls store,
            PayloadCodec codec,
            FailureClassification classification,
            Duration longestWait) {
        this.next = next;
        this.operation = operation;
        this.store = store;
        this.codec = codec;
        this.classification = classification;
        this.longestWait = longestWait;
        this.argumentsMayChange =
                !Arrays.stream(operation.method().getParameterTypes()).allMatch(ImmutableTypes::contains);
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        // What is stored must be what the caller passed, not what an attempt made of it.
        String arguments = this.argumentsMayChange ? arguments(call) : null;
        try {
            return this.next.run(call);
        } catch (VirtualMachineError | DeadLetteredException failure) {
            throw failure;
        } catch (Throwable failure) {
            Failure classified = this.classification.classify(failure);
            boolean handledBefore = call.outcome() == CallOutcome.DUPLICATE;
            if (classified.category() == FailureCategory.REJECTED || handledBefore || comesAgain(classified)) {
                throw failure;
            }
            String entryId = store(call, arguments, classified, failure);
            call.deadLettered(entryId);
            if (this.operation.returnsNothing()) {
                return null;
            }
            throw new DeadLetteredException(this.operation.name(), entryId, failure);
        }
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

    private String store(Call call, @Nullable String arguments, Failure classified, Throwable failure) {
        // An interrupt that ended the attempts must not end the storing too.
        boolean interrupted = Thread.interrupted();
        try {
            return this.store.store(new GivenUpCall(
                    this.operation,
                    (arguments != null) ? arguments : arguments(call),
                    call.key(),
                    classified,
                    failure,
                    call.attempts()));
        } catch (RuntimeException ex) {
            if (ex != failure) {
                ex.addSuppressed(failure);
            }
            throw ex;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String arguments(Call call) {
        return this.codec.writeArguments(this.operation.method(), call.arguments());
    }
}
