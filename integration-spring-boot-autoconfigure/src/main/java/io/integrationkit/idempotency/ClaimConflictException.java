package io.integrationkit.idempotency;

import org.springframework.dao.TransientDataAccessException;

/** A claim lost its transaction to a conflict with another one: a deadlock, or a snapshot that is too old. */
public final class ClaimConflictException extends TransientDataAccessException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param key the key that was to be claimed
     * @param cause what the database said
     */
    public ClaimConflictException(IdempotencyKey key, Throwable cause) {
        super("The claim of " + key + " lost a conflict; its transaction must begin anew", cause);
    }
}
