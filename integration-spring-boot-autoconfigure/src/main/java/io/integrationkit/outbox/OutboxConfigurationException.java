package io.integrationkit.outbox;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;

/** The outbox cannot work as it is configured; start-up ends with it. */
public final class OutboxConfigurationException extends InvalidOperationException {

    private static final long serialVersionUID = 1L;

    OutboxConfigurationException(ProblemCode code, String message, String action, @Nullable Throwable cause) {
        super(code, message, action, cause);
    }
}
