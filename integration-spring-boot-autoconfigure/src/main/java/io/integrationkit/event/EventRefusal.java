package io.integrationkit.event;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;

/** The two ways to refuse an event that this application cannot handle yet. */
final class EventRefusal {

    /** A release takes longer; who names a time to wait is delivered again as often as it takes. */
    private static final Duration NEXT_LOOK = Duration.ofSeconds(10);

    private EventRefusal() {}

    /** It becomes a dead letter, and what is behind it goes on. */
    static ProblemException parked(ProblemCode code, String message) {
        return new ProblemException(code, FailureCategory.PERMANENT, message);
    }

    /** It comes again until it can be handled, and what is behind it waits. */
    static ProblemException awaited(ProblemCode code, String message) {
        return new ProblemException(code, FailureCategory.TEMPORARY, message, NEXT_LOOK, null);
    }
}
