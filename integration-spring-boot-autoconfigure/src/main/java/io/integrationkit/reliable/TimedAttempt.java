package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Runs a blocking attempt that has a limited time. What returns normally is the result, however late. What fails after
 * its time was over has timed out, unless it says more than that: what the callee answered, that it is not to be tried
 * again, or that somebody else wants the thread to stop.
 */
final class TimedAttempt {

    private final Stage next;

    private final TimeSource time;

    private final FailureClassification classification;

    TimedAttempt(Stage next, TimeSource time, FailureClassification classification) {
        this.next = next;
        this.time = time;
        this.classification = classification;
    }

    @Nullable
    Object run(Call call, Duration allowed) throws Throwable {
        AttemptWatch watch = AttemptWatch.begin(allowed, this.time);
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            if (watch.finish()) {
                call.overran();
                throw judged(call, allowed, failure, watch.hasAsked());
            }
            throw failure;
        }
        if (watch.finish()) {
            call.overran();
        }
        return result;
    }

    private Throwable judged(Call call, Duration allowed, Throwable failure, boolean asked) {
        if (failure instanceof Error) {
            return failure;
        }
        Failure classified;
        try {
            classified = this.classification.classify(failure);
        } catch (Throwable unclassified) {
            // What the attempt ended with must not be lost over it.
            Progress.attach(failure, unclassified);
            return failure;
        }
        boolean ours = classified.retryable() || (asked && FailureClassification.isInterrupt(failure));
        if (classified.category() != FailureCategory.TEMPORARY || !ours) {
            return failure;
        }
        return new AttemptTimeoutException(call.operation().name(), allowed, classified.retryAfter(), failure);
    }
}
