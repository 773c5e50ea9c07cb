package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;

/** An annotated method cannot work as it stands; start-up ends with it. */
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
        super(code, FailureCategory.PERMANENT, message);
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
