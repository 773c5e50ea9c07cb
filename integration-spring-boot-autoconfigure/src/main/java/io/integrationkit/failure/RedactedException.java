package io.integrationkit.failure;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells of an exception whose message has secrets what may be told: its class, its message without them, its stack trace. */
final class RedactedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int DEEPEST = 16;

    private final String line;

    private RedactedException(Throwable original, @Nullable RedactedException cause, Redaction redaction) {
        super(message(original, redaction), cause, true, true);
        String message = original.getLocalizedMessage();
        String type = original.getClass().getName();
        this.line = (message != null) ? type + ": " + redaction.of(message) : type;
        setStackTrace(original.getStackTrace());
    }

    private static @Nullable String message(Throwable original, Redaction redaction) {
        String message = original.getMessage();
        return (message != null) ? redaction.of(message) : null;
    }

    static Throwable of(Throwable failure, Redaction redaction) {
        Throwable told = tells(failure, redaction, seen(), 0) ? copy(failure, redaction, seen(), 0) : failure;
        return (told != null) ? told : failure;
    }

    private static Set<Throwable> seen() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /** Whether a secret is anywhere in it; what is too deep to be looked at counts as one. */
    private static boolean tells(@Nullable Throwable failure, Redaction redaction, Set<Throwable> seen, int depth) {
        if (failure == null || !seen.add(failure)) {
            return false;
        }
        if (depth == DEEPEST || changes(failure.getMessage(), redaction) || changes(failure.toString(), redaction)) {
            return true;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (tells(suppressed, redaction, seen, depth + 1)) {
                return true;
            }
        }
        return tells(failure.getCause(), redaction, seen, depth + 1);
    }

    private static boolean changes(@Nullable String text, Redaction redaction) {
        return text != null && !redaction.of(text).equals(text);
    }

    private static @Nullable RedactedException copy(
            @Nullable Throwable failure, Redaction redaction, Set<Throwable> seen, int depth) {
        if (failure == null || depth == DEEPEST || !seen.add(failure)) {
            return null;
        }
        RedactedException copy =
                new RedactedException(failure, copy(failure.getCause(), redaction, seen, depth + 1), redaction);
        for (Throwable suppressed : failure.getSuppressed()) {
            RedactedException told = copy(suppressed, redaction, seen, depth + 1);
            if (told != null) {
                copy.addSuppressed(told);
            }
        }
        return copy;
    }

    /** Names the exception it stands for, as the trace of that one would. */
    @Override
    @SuppressWarnings("OverrideThrowableToString")
    public String toString() {
        return this.line;
    }
}
