package io.integrationkit.listener;

import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.Redaction;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Says why something failed, where many can read it: messages of exceptions that are not ours may hold a payload. */
final class FailureReason {

    private FailureReason() {}

    /** The message of the exception behind it all, if it is ours; its type otherwise. */
    static String of(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return (cause instanceof ProblemException problem)
                ? Redaction.STANDARD.of(String.valueOf(problem.getMessage()))
                : ClassUtils.getQualifiedName((cause != null) ? cause.getClass() : Throwable.class);
    }
}
