package io.integrationkit.deduplicate;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;

/** The message was handled before; nothing was done. */
public final class DuplicateMessageException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final MessageIdentity message;

    /**
     * Creates an exception.
     *
     * @param message the message
     */
    public DuplicateMessageException(MessageIdentity message) {
        super(
                ProblemCode.DUPLICATE_MESSAGE,
                FailureCategory.PERMANENT,
                "%s has handled message %s before".formatted(message.consumer(), message.text()));
        this.message = message;
    }

    /**
     * Returns which message it was.
     *
     * @return the message's identity
     */
    public MessageIdentity messageIdentity() {
        return this.message;
    }
}
