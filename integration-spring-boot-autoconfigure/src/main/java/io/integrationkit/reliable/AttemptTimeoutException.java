package io.integrationkit.reliable;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An attempt was asked to stop because its time was over. Whether its effect happened is unknown. The cause is what the
 * attempt itself ended with.
 */
public final class AttemptTimeoutException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final Duration allowed;

    AttemptTimeoutException(
            String operation, Duration allowed, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        super(
                ProblemCode.ATTEMPT_TIMEOUT,
                FailureCategory.TEMPORARY,
                "an attempt of %s was not done after %s; see attempt-timeout and deadline of its policy"
                        .formatted(operation, Shown.of(allowed)),
                retryAfter,
                cause);
        this.allowed = allowed;
    }

    /**
     * Returns the time the attempt had.
     *
     * @return the attempt timeout, or what was left of the deadline
     */
    public Duration allowed() {
        return this.allowed;
    }
}
