package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.context.Carried;
import io.integrationkit.context.Deadline;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.RetryBudget;
import io.integrationkit.reliable.RetryRules.Stop;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One call whose result comes later: what it took along from the caller's thread, how far it has come, and what follows
 * from the end of an attempt. Its steps happen one after the other, on whatever thread.
 */
final class LaterCall {

    private final Call call;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final Carried carried = Carried.capture();

    private final @Nullable Deadline deadline = Deadline.current();

    private final Progress progress;

    private @Nullable Ending last;

    /** Begins on the caller's thread, when the call begins. */
    LaterCall(Call call, SettledPolicy policy, AttemptTools tools, boolean inTransaction) {
        this.call = call;
        this.policy = policy;
        this.tools = tools;
        this.progress = new Progress(call, call.nanoTime(), inTransaction, this.deadline);
        RetryBudget budget = policy.current().shared().budget();
        if (budget != null) {
            budget.called(call.stripe(), call.nanoTime());
        }
    }

    /** It runs in a transaction of the caller, which the caller's thread does not know. */
    void joinsTransaction() {
        this.progress.joinsTransaction();
    }

    Call call() {
        return this.call;
    }

    /** What is in force now; an attempt asks once. */
    Settled settled() {
        return this.policy.current();
    }

    AttemptTools tools() {
        return this.tools;
    }

    Carried carried() {
        return this.carried;
    }

    @Nullable
    Deadline deadline() {
        return this.deadline;
    }

    /** Makes the failure of an attempt whose time was over. */
    AttemptTimeoutException timeout(Duration allowed) {
        return new AttemptTimeoutException(this.call.operation().name(), allowed, null, null);
    }

    /**
     * An attempt failed: answers the circuit breaker and decides.
     *
     * @param emitted whether a part of its result was passed on
     */
    Ending failed(Admitted attempt, Throwable failure, boolean emitted) {
        this.call.timePassed();
        Settled settled = attempt.settled();
        if (failure instanceof Error) {
            attempt.released();
            return new Ending(failure, null, null, settled, null);
        }
        Failure classified;
        try {
            classified = this.tools.classification().classify(failure);
        } catch (Throwable unexpected) {
            // Without a category there is nothing to decide by; the caller gets what the callee threw.
            attempt.released();
            Progress.attach(failure, unexpected);
            return new Ending(failure, null, null, settled, null);
        }
        attempt.failed(this.call, classified);
        boolean passes = classified.category().retryable() && classified.retryable();
        Verdict verdict = (emitted && passes)
                ? new Stop(Rule.EMITTED, "elements of the failed attempt were passed on")
                : this.progress.failed(settled.rules(), classified);
        return ended(new Ending(failure, null, classified.category(), settled, verdict));
    }

    /** An attempt has a result: answers the circuit breaker. */
    void returned(Admitted attempt) {
        this.call.timePassed();
        attempt.succeeded(this.call);
    }

    /** Whether the call is tried again for a result. */
    boolean unwanted(@Nullable Object result) throws Throwable {
        ResultCheck results = this.tools.results();
        return results != null && results.unwanted(this.call, result);
    }

    /** Decides after a result that is not wanted. */
    Ending afterUnwanted(Admitted attempt, @Nullable Object result) {
        Settled settled = attempt.settled();
        Verdict verdict = this.progress.unwanted(settled.rules());
        return ended(new Ending(null, result, FailureCategory.TEMPORARY, settled, verdict));
    }

    private Ending ended(Ending ending) {
        this.progress.explainIfOver(ending);
        this.last = ending;
        return ending;
    }

    /** The wait before an attempt has come to its end. */
    void waited(Duration wait) {
        this.progress.waited(wait);
        this.call.timePassed();
    }

    /** Hangs the failure of the attempt before on a refusal of the next one, and explains that it is the end. */
    void explainRefusal(Throwable refusal) {
        Ending before = this.last;
        if (before == null) {
            return;
        }
        if (before.failure() != null) {
            Progress.attach(refusal, before.failure());
        }
        if (refusal instanceof RejectedException rejected) {
            this.progress.refused(rejected, before);
        }
    }
}
