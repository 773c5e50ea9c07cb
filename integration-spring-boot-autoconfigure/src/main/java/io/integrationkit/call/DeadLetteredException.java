package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import org.jspecify.annotations.Nullable;

/** The call was given up for good and stored as a dead letter; nothing is lost, and nothing is left to retry here. */
public final class DeadLetteredException extends ProblemException {

    private static final long serialVersionUID = 1L;

    private final String entryId;

    /**
     * Creates an exception.
     *
     * @param operation the operation that was given up
     * @param entryId id of the dead letter
     * @param cause exception of the last attempt, or {@code null} if the call was given up earlier
     */
    public DeadLetteredException(String operation, String entryId, @Nullable Throwable cause) {
        super(
                ProblemCode.CALL_DEAD_LETTERED,
                FailureCategory.PERMANENT,
                "%s was given up and stored as dead letter %s; replay it once its cause is mended"
                        .formatted(operation, entryId),
                null,
                cause);
        this.entryId = entryId;
    }

    /**
     * Returns the dead letter the call became.
     *
     * @return id of the entry
     */
    public String entryId() {
        return this.entryId;
    }
}
