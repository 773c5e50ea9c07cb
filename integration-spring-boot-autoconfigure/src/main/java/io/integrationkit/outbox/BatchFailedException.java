package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import org.jspecify.annotations.Nullable;

/** A batch was not committed, or that is not known. */
final class BatchFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    private final transient @Nullable StoredMessage culprit;

    private final transient Failure failure;

    BatchFailedException(Kind kind, @Nullable StoredMessage culprit, Failure failure, Throwable cause) {
        super(cause);
        this.kind = kind;
        this.culprit = culprit;
        this.failure = failure;
    }

    /** Why. */
    enum Kind {
        /** A message will never be taken. */
        REFUSED,
        /** Another sender has the shard, or the broker has given the transaction up. */
        FENCED,
        /** A destination, or the brokers, cannot be reached. */
        UNREACHABLE
    }

    Kind kind() {
        return this.kind;
    }

    /** The message at fault, if one is. */
    @Nullable
    StoredMessage culprit() {
        return this.culprit;
    }

    Failure failure() {
        return this.failure;
    }

    /** What the broker said. */
    Throwable reason() {
        Throwable cause = getCause();
        return (cause != null) ? cause : this;
    }
}
