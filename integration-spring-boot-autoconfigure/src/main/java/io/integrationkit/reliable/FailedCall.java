package io.integrationkit.reliable;

import io.integrationkit.failure.Failure;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call that is given up.
 *
 * @param operation name of the operation
 * @param arguments its arguments; the list cannot be changed
 * @param failure how the last attempt failed
 * @param cause the exception of the last attempt
 */
public record FailedCall(String operation, List<@Nullable Object> arguments, Failure failure, Throwable cause) {

    static FailedCall of(String operation, @Nullable Object[] arguments, Failure failure, Throwable cause) {
        List<@Nullable Object> copy = Arrays.asList(arguments.clone());
        return new FailedCall(operation, Collections.unmodifiableList(copy), failure, cause);
    }

    /** Without the arguments and the message of the cause: they may be secret. */
    @Override
    public String toString() {
        return "FailedCall[operation=%s, failure=%s, cause=%s]"
                .formatted(this.operation, this.failure, this.cause.getClass().getName());
    }
}
