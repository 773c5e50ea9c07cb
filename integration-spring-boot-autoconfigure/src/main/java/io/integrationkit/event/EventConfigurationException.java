package io.integrationkit.event;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;

/** Event types, or what leads from one of their versions to another, cannot work as they stand; start-up ends with it. */
public final class EventConfigurationException extends InvalidOperationException {

    private static final long serialVersionUID = 1L;

    EventConfigurationException(ProblemCode code, String message, String action) {
        this(code, message, action, null);
    }

    EventConfigurationException(ProblemCode code, String message, String action, @Nullable Throwable cause) {
        super(code, message, action, cause);
    }
}
