package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Compensation;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.ImmutableTypes;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Stores calls of one operation that are given up for good, so that they can be done again once the cause is mended. */
final class GivenUpArchive {

    private final Operation operation;

    private final GivenUpCalls store;

    private final PayloadCodec codec;

    private final boolean argumentsMayChange;

    GivenUpArchive(Operation operation, GivenUpCalls store, PayloadCodec codec) {
        this.operation = operation;
        this.store = store;
        this.codec = codec;
        this.argumentsMayChange =
                !Arrays.stream(operation.method().getParameterTypes()).allMatch(ImmutableTypes::contains);
    }

    /**
     * Writes the arguments down before the first attempt: what is stored must be what the caller passed, not what an
     * attempt made of it.
     *
     * @return the arguments, or {@code null} if no attempt can change them
     */
    @Nullable
    String before(Call call) {
        return this.argumentsMayChange ? arguments(call) : null;
    }

    /**
     * Stores a call.
     *
     * @param arguments what {@link #before} gave
     * @param compensation what became of its compensation
     * @return what the caller gets: nothing, if the method returns nothing
     * @throws DeadLetteredException otherwise
     */
    @Nullable
    Object store(
            Call call, @Nullable String arguments, Failure classified, Throwable failure, Compensation compensation) {
        String entryId = entry(call, arguments, classified, failure, compensation);
        call.deadLettered(entryId);
        if (this.operation.returnsNothing()) {
            return null;
        }
        throw new DeadLetteredException(this.operation.name(), entryId, failure);
    }

    private String entry(
            Call call, @Nullable String arguments, Failure classified, Throwable failure, Compensation compensation) {
        // An interrupt that ended the attempts must not end the storing too.
        boolean interrupted = Thread.interrupted();
        try {
            return this.store.store(new GivenUpCall(
                    this.operation,
                    (arguments != null) ? arguments : arguments(call),
                    call.key(),
                    classified,
                    failure,
                    call.attempts(),
                    compensation));
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
