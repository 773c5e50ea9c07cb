package io.integrationkit.reliable;

import io.integrationkit.context.Deadline;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides after a failed attempt whether there is another one. */
final class RetryRules {

    private final RetrySpec spec;

    private final BackOff backOff;

    private final boolean unsafeToRepeat;

    RetryRules(RetrySpec spec, BackOff backOff, boolean unsafeToRepeat) {
        this.spec = spec;
        this.backOff = backOff;
        this.unsafeToRepeat = unsafeToRepeat;
    }

    /**
     * Decides.
     *
     * @param failure how the attempt failed
     * @param attempt number of the attempt, from 1
     * @param inTransaction whether a transaction of the caller was active
     * @param elapsed time since the beginning of the call
     * @param previousWait wait before the attempt, zero before the first
     * @return to wait and try again, or to stop
     */
    Verdict judge(Failure failure, int attempt, boolean inTransaction, Duration elapsed, Duration previousWait) {
        if (failure.category() == FailureCategory.REJECTED) {
            return new Stop(Rule.REFUSED, "this application refused the attempt");
        }
        if (!failure.category().retryable() || !failure.retryable()) {
            return new Stop(Rule.NOT_RETRYABLE, "a failure of category " + failure.category() + " that does not pass");
        }
        if (attempt >= this.spec.maxAttempts()) {
            return new Stop(Rule.MAX_ATTEMPTS, "max-attempts is " + this.spec.maxAttempts());
        }
        if (inTransaction) {
            return new Stop(Rule.IN_TRANSACTION, IN_TRANSACTION);
        }
        if (this.unsafeToRepeat && failure.effectPossible()) {
            return new Stop(Rule.UNSAFE, "the outcome is unknown and the method is @Reliable(safeToRetry = NO)");
        }
        return waiting(failure, attempt, elapsed, previousWait);
    }

    private static final String IN_TRANSACTION = ProblemCode.SINGLE_ATTEMPT_IN_TRANSACTION.id()
            + ": a transaction was active when it was called, in which a second attempt cannot succeed; call it outside"
            + " the transaction, or give it REQUIRES_NEW";

    private Verdict waiting(Failure failure, int attempt, Duration elapsed, Duration previousWait) {
        Duration wait = this.backOff.after(attempt, previousWait);
        Duration asked = failure.retryAfter();
        if (asked != null && asked.compareTo(this.spec.maxDelay()) > 0) {
            return new Stop(
                    Rule.RETRY_AFTER,
                    "the callee asks to wait %s, max-delay is %s"
                            .formatted(Shown.of(asked), Shown.of(this.spec.maxDelay())));
        }
        if (asked != null && asked.compareTo(wait) > 0) {
            wait = asked;
        }
        Duration longest = this.spec.maxElapsed();
        if (longest != null && elapsed.plus(wait).compareTo(longest) > 0) {
            return new Stop(Rule.MAX_ELAPSED, "max-elapsed is " + Shown.of(longest));
        }
        return fits(wait, Deadline.current());
    }

    private static Verdict fits(Duration wait, @Nullable Deadline deadline) {
        if (deadline != null && deadline.remaining().compareTo(wait) <= 0) {
            return new Stop(
                    Rule.DEADLINE,
                    "the deadline is over in %d ms, before the wait of %d ms"
                            .formatted(deadline.remaining().toMillis(), wait.toMillis()));
        }
        return new Wait(wait);
    }

    /** What to do after a failed attempt. */
    sealed interface Verdict {}

    /** Try again after a wait. */
    record Wait(Duration duration) implements Verdict {}

    /** Do not try again, and say why. */
    record Stop(Rule rule, String explanation) implements Verdict {}
}
