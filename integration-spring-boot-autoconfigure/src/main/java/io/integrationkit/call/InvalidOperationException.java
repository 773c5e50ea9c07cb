package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;

/** An annotated method or a setting cannot work as it stands; start-up ends with it. */
public class InvalidOperationException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Creates an exception.
     *
     * @param code which problem it is
     * @param message what is wrong, naming bean and method
     * @param action what to change
     */
    public InvalidOperationException(ProblemCode code, String message, String action) {
        this(code, message, action, null);
    }

    /**
     * Creates an exception with a cause.
     *
     * @param code which problem it is
     * @param message what is wrong, naming the setting and its value
     * @param action what to change
     * @param cause the exception behind it, or {@code null}
     */
    protected InvalidOperationException(ProblemCode code, String message, String action, @Nullable Throwable cause) {
        super(code, FailureCategory.PERMANENT, message, null, cause);
        this.action = action;
    }

    /**
     * Returns what to change.
     *
     * @return the action the failure analysis shows
     */
    public String action() {
        return this.action;
    }
}
