package io.integrationkit.failure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A failure that names its own category. Applications throw it (or a subclass) from annotated methods to say what
 * kind of failure they met; the kit's own exceptions extend it.
 */
public class IntegrationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final FailureCategory category;

    private final boolean retryable;

    private final @Nullable Duration retryAfter;

    /**
     * Creates an exception without a cause.
     *
     * @param message what went wrong; never a payload or a secret, since it is logged
     * @param category what kind of failure it is
     * @param retryable whether the same call may be tried again
     */
    public IntegrationException(String message, FailureCategory category, boolean retryable) {
        this(message, category, retryable, null, null);
    }

    /**
     * Creates an exception.
     *
     * @param message what went wrong; never a payload or a secret, since it is logged
     * @param category what kind of failure it is
     * @param retryable whether the same call may be tried again
     * @param retryAfter time to wait before the next attempt, or {@code null} if unknown
     * @param cause the exception behind it, or {@code null}
     */
    public IntegrationException(
            String message,
            FailureCategory category,
            boolean retryable,
            @Nullable Duration retryAfter,
            @Nullable Throwable cause) {
        super(message, cause);
        this.category = category;
        this.retryable = retryable;
        this.retryAfter = retryAfter;
    }

    /**
     * Returns what kind of failure this is.
     *
     * @return the category
     */
    public FailureCategory category() {
        return this.category;
    }

    /**
     * Tells whether the same call may be tried again.
     *
     * @return whether a retry makes sense
     */
    public boolean retryable() {
        return this.retryable;
    }

    /**
     * Returns the time to wait before the next attempt.
     *
     * @return the time, or {@code null} if unknown
     */
    public @Nullable Duration retryAfter() {
        return this.retryAfter;
    }
}
