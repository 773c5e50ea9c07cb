package io.integrationkit.idempotency;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;

/**
 * A call with the same key failed before, for good; the method was not called again. Category and message are those of
 * the first failure.
 */
public final class IdempotentReplayException extends IntegrationException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param category category of the first failure
     * @param message message of the first failure
     */
    public IdempotentReplayException(FailureCategory category, String message) {
        super(message, category, false);
    }
}
