package io.integrationkit.deadletter;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure that is known by its texts only, since the exception stayed in another process. It is never thrown: as the
 * cause of a {@link DeadLetterMessage} it makes an entry say what was reported, in place of this class. No class is ever
 * looked up by a name in it.
 */
public final class ReportedFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_TYPE = 300;

    private final String type;

    private final String fingerprint;

    private final Instant at;

    /**
     * Creates a failure from what was reported.
     *
     * @param types class names of the exception and its causes, outermost first; not empty
     * @param message what the exception said, or {@code null}
     * @param origin top frames of the innermost cause, as far as they are known; may be empty
     * @param fingerprint fingerprint the reporter made of the exception, or {@code null} to make one of types and frames,
     *     which is the same one if both are complete
     * @param at when the failure happened
     */
    public ReportedFailure(
            List<String> types,
            @Nullable String message,
            List<StackTraceElement> origin,
            @Nullable String fingerprint,
            Instant at) {
        super(message, null, false, true);
        setStackTrace(origin.toArray(new StackTraceElement[0]));
        String outermost = Text.line(types.get(0));
        this.type = outermost.substring(0, Math.min(outermost.length(), LONGEST_TYPE));
        this.fingerprint = (fingerprint != null) ? fingerprint : LastFailure.fingerprint(types, getStackTrace());
        this.at = at;
    }

    /**
     * Makes the fingerprint that an entry with an exception as its cause has, for a report to others.
     *
     * @param failure the exception
     * @return 16 hexadecimal digits
     */
    public static String fingerprintOf(Throwable failure) {
        return LastFailure.fingerprint(failure);
    }

    /**
     * Returns when the failure happened.
     *
     * @return time on the clock of whoever reported it
     */
    public Instant at() {
        return this.at;
    }

    String type() {
        return this.type;
    }

    String fingerprint() {
        return this.fingerprint;
    }

    /** There is nothing to tell of the thread that made this. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
