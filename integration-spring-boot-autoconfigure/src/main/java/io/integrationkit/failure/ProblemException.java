package io.integrationkit.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An exception of the kit itself: it carries the {@link ProblemCode} that log, endpoint and runbook share. */
public class ProblemException extends IntegrationException {

    private static final long serialVersionUID = 1L;

    private final ProblemCode code;

    /**
     * Creates an exception whose message begins with the problem code.
     *
     * @param code which problem it is
     * @param category what kind of failure it is
     * @param message what happened, naming the operation or key and the property to change
     */
    public ProblemException(ProblemCode code, FailureCategory category, String message) {
        this(code, category, message, null, null);
    }

    /**
     * Creates an exception whose message begins with the problem code.
     *
     * @param code which problem it is
     * @param category what kind of failure it is
     * @param message what happened, naming the operation or key and the property to change
     * @param retryAfter time to wait before the next attempt, or {@code null} if unknown
     * @param cause the exception behind it, or {@code null}
     */
    public ProblemException(
            ProblemCode code,
            FailureCategory category,
            String message,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(code.id() + ": " + message, category, category.retryable(), retryAfter, cause);
        this.code = code;
    }

    /**
     * Returns which problem this is.
     *
     * @return the problem code
     */
    public ProblemCode code() {
        return this.code;
    }
}
