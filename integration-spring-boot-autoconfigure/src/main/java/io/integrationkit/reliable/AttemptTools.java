package io.integrationkit.reliable;

import io.integrationkit.context.SentRequests;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What the attempts of an operation work with whatever its settings are.
 *
 * @param classification says what kind of failure an exception is
 * @param time measures and waits
 * @param executor runs what must not run on the thread of a timer
 * @param joinsTransaction whether the method runs in a transaction of its caller
 * @param results results for which the call is tried again, or {@code null} if there are none
 */
record AttemptTools(
        FailureClassification classification,
        TimeSource time,
        Executor executor,
        boolean joinsTransaction,
        @Nullable ResultCheck results) {

    /** Classifies a failed attempt; where it matters, by the requests that it sent. */
    Failure classify(Throwable failure, Settled settled, int sent) {
        Failure classified = this.classification.classify(failure);
        if (!settled.notesRequests()) {
            return classified;
        }
        boolean effect = SentRequests.effectPossible(sent, classified, failure);
        return new Failure(classified.category(), classified.retryable(), effect, classified.retryAfter());
    }
}
