package io.integrationkit.listener;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;

/** Listeners cannot work as they are configured; start-up ends with it. */
public final class ListenerConfigurationException extends InvalidOperationException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param code which problem it is
     * @param message what is wrong, naming the setting and its value
     * @param action what to change
     */
    public ListenerConfigurationException(ProblemCode code, String message, String action) {
        super(code, message, action);
    }
}
