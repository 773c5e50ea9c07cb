package io.integrationkit.reliable;

import io.integrationkit.context.Deadline;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.limit.RetryBudget;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides after an attempt that did not succeed whether there is another one. */
final class RetryRules {

    private static final String IN_TRANSACTION = ProblemCode.SINGLE_ATTEMPT_IN_TRANSACTION.id()
            + ": a transaction was active when it was called, in which a second attempt cannot succeed; call it outside"
            + " the transaction, or give it REQUIRES_NEW";

    private final RetrySpec spec;

    private final BackOff backOff;

    private final UnknownOutcome unknownOutcome;

    private final @Nullable RetryBudget budget;

    RetryRules(RetrySpec spec, BackOff backOff, UnknownOutcome unknownOutcome, @Nullable RetryBudget budget) {
        this.spec = spec;
        this.backOff = backOff;
        this.unknownOutcome = unknownOutcome;
        this.budget = budget;
    }

    /** Whether it matters if an attempt that failed may have had an effect. */
    boolean asksForEffect() {
        return this.unknownOutcome.forbidsRetry() != null;
    }

    /**
     * Decides.
     *
     * @param ended how the attempt ended
     * @return to wait and try again, or to stop
     */
    Verdict judge(Ended ended) {
        Failure failure = ended.failure();
        if (failure.category() == FailureCategory.REJECTED) {
            return new Stop(Rule.REFUSED, "this application refused the attempt");
        }
        if (!failure.category().retryable() || !failure.retryable()) {
            return new Stop(Rule.NOT_RETRYABLE, "a failure of category " + failure.category() + " that does not pass");
        }
        if (ended.attempt() >= this.spec.maxAttempts()) {
            return new Stop(Rule.MAX_ATTEMPTS, "max-attempts is " + this.spec.maxAttempts());
        }
        if (ended.inTransaction()) {
            return new Stop(Rule.IN_TRANSACTION, IN_TRANSACTION);
        }
        if (failure.effectPossible()) {
            String forbidden = this.unknownOutcome.forbidsRetry();
            if (forbidden != null) {
                return new Stop(Rule.UNSAFE, forbidden);
            }
        }
        Verdict verdict = waiting(failure, ended);
        return (verdict instanceof Wait) ? withinBudget(verdict, ended) : verdict;
    }

    private Verdict waiting(Failure failure, Ended ended) {
        Duration wait = this.backOff.after(ended.attempt(), ended.waitedBefore());
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
        if (longest != null && ended.elapsed().plus(wait).compareTo(longest) > 0) {
            return new Stop(Rule.MAX_ELAPSED, "max-elapsed is " + Shown.of(longest));
        }
        return fits(wait, ended.deadline());
    }

    private static Verdict fits(Duration wait, @Nullable Deadline deadline) {
        if (deadline != null && deadline.remaining().compareTo(wait) <= 0) {
            return new Stop(
                    Rule.DEADLINE,
                    "%s in %d ms, before the wait of %d ms"
                            .formatted(
                                    deadline.boundsOnlyWaits()
                                            ? "the listener's thread has to be back at its poll"
                                            : "the deadline is over",
                                    deadline.remaining().toMillis(),
                                    wait.toMillis()));
        }
        return new Wait(wait);
    }

    /** Asked last: what is taken from the budget is used. */
    private Verdict withinBudget(Verdict verdict, Ended ended) {
        if (this.budget == null || this.budget.tryRetry(ended.now())) {
            return verdict;
        }
        return new Stop(
                Rule.BUDGET,
                "the policy may retry %d of 100 calls and %d a second; see retry-budget"
                        .formatted(
                                this.budget.spec().percent(), this.budget.spec().minPerSecond()));
    }

    /**
     * How an attempt ended.
     *
     * @param failure its failure; an unwanted result is a temporary one without effect
     * @param attempt its number, from 1
     * @param inTransaction whether a transaction of the caller was active
     * @param elapsed time since the beginning of the call
     * @param waitedBefore the wait before this attempt, zero before the first
     * @param deadline deadline of the call, or {@code null}
     * @param now monotonic time
     */
    record Ended(
            Failure failure,
            int attempt,
            boolean inTransaction,
            Duration elapsed,
            Duration waitedBefore,
            @Nullable Deadline deadline,
            long now) {}

    /** What to do after an attempt. */
    sealed interface Verdict {}

    /** Try again after a wait. */
    record Wait(Duration duration) implements Verdict {}

    /** Do not try again, and say why. */
    record Stop(Rule rule, String explanation) implements Verdict {}
}
