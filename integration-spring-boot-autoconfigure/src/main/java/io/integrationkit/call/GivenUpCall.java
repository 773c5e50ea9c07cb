package io.integrationkit.call;

import io.integrationkit.failure.Failure;
import org.jspecify.annotations.Nullable;

/**
 * A call that was given up.
 *
 * @param operation the operation
 * @param arguments its arguments, as {@link PayloadCodec#writeArguments} wrote them
 * @param key what identifies the call among its repetitions, or {@code null} if nothing does
 * @param failure how the last attempt failed
 * @param cause exception of the last attempt
 * @param attempts number of attempts
 * @param compensation what became of its compensation
 */
public record GivenUpCall(
        Operation operation,
        String arguments,
        @Nullable String key,
        Failure failure,
        Throwable cause,
        int attempts,
        Compensation compensation) {

    /** Tells neither arguments, key nor what the exception says: who logs a call must not log a secret. */
    @Override
    public String toString() {
        return "GivenUpCall[operation=%s, attempts=%d, compensation=%s]"
                .formatted(this.operation.name(), this.attempts, this.compensation);
    }
}
