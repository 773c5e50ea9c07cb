package io.integrationkit.reliable;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.failure.OneLine;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Who changes the running application, since when and until when.
 *
 * @param actor who, in one printable line
 * @param since when it begins
 * @param until when it ends by itself, or {@code null} for never
 */
record Mandate(String actor, Instant since, @Nullable Instant until) {

    private static final int LONGEST_TEXT = 100;

    /**
     * Checks what comes from outside.
     *
     * @param actor who asks for the change
     * @param expiresAfter time after which it ends by itself, or {@code null} for never
     * @param time tells when it begins
     * @return what is noted of it
     * @throws InvalidOperationException if nobody asks for it, or it would be over at once
     */
    static Mandate of(String actor, @Nullable Duration expiresAfter, TimeSource time) {
        if (actor.isBlank()) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING, "A change has no actor", "Say who makes the change.");
        }
        Instant now = time.now().truncatedTo(ChronoUnit.MILLIS);
        Instant until = (expiresAfter != null) ? now.plus(checked(expiresAfter)) : null;
        return new Mandate(printable(actor), now, until);
    }

    private static Duration checked(Duration expiresAfter) {
        try {
            InvalidSettingException.checkDuration(expiresAfter, "expires-after");
        } catch (InvalidSettingException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "The time after which a change ends is " + expiresAfter,
                    "It must be " + ex.rule() + ".");
        }
        return expiresAfter;
    }

    /** What comes from outside must not forge a line of log. */
    static String printable(String text) {
        return OneLine.of(text, LONGEST_TEXT);
    }

    /** Who and until when, for a line of log. */
    @Override
    public String toString() {
        return this.actor + ((this.until != null) ? " until " + this.until : "");
    }
}
