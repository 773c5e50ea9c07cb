package io.integrationkit.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The kit refused a call before the callee was asked (breaker open, deadline over, same key in flight). Has no stack
 * trace of its own: under load it is thrown often, and its place is always the same.
 */
public class RejectedException extends ProblemException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates a refusal.
     *
     * @param code why it was refused
     * @param message what was refused, naming the operation and the property to change
     * @param retryAfter time after which it is worth trying again, or {@code null} if it never is
     */
    public RejectedException(ProblemCode code, String message, @Nullable Duration retryAfter) {
        super(code, FailureCategory.REJECTED, message, retryAfter, null);
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
