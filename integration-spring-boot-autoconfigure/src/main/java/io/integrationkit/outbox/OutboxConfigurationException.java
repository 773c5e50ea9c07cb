package io.integrationkit.outbox;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;

/** The outbox cannot work as it is configured; start-up ends with it. */
public final class OutboxConfigurationException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final String action;

    OutboxConfigurationException(ProblemCode code, String message, String action, @Nullable Throwable cause) {
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
