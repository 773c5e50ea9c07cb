package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.SentRequests;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.RetryBudget;
import io.integrationkit.reliable.RetryRules.Stop;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes the attempts of a blocking call, on the caller's thread: lets each in, runs it, tells circuit breaker and
 * bulkhead how it ended, and waits before the next. What it throws is the exception of the last attempt.
 *
 * <p>A call that succeeds at once runs straight through {@link #run} and allocates nothing; all the rest is in methods
 * of its own, so that this one stays small enough to be compiled as one piece.
 */
final class Attempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final Entrance entrance;

    private final TimedAttempt timed;

    Attempts(Stage next, SettledPolicy policy, AttemptTools tools) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.entrance = new Entrance(policy.current().policy().name(), tools.time());
        this.timed = new TimedAttempt(next, tools.time(), tools.classification());
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Settled settled = this.policy.current();
        RetryBudget budget = settled.shared().budget();
        long begun = call.nanoTime();
        if (budget != null) {
            budget.called(begun);
        }
        Admission admission = settled.admission();
        long permit = this.entrance.enter(admission, call);
        long started = call.nanoTime();
        int sent = settled.notesRequests() ? SentRequests.begin() : 0;
        Object result;
        try {
            result = attempt(call, settled);
        } catch (Throwable failure) {
            return failed(call, settled, begun, permit, started, sent, failure);
        }
        admission.leave();
        admission.succeeded(call, permit, started);
        ResultCheck results = this.tools.results();
        return (results != null && results.unwanted(call, result)) ? unwanted(call, settled, begun, result) : result;
    }

    private @Nullable Object attempt(Call call, Settled settled) throws Throwable {
        call.attemptStarted();
        return settled.timed() ? timed(call, settled) : this.next.run(call);
    }

    private @Nullable Object timed(Call call, Settled settled) throws Throwable {
        Duration allowed = settled.timeForAttempt(Deadline.current());
        return (allowed != null) ? this.timed.run(call, allowed) : this.next.run(call);
    }

    private @Nullable Object failed(
            Call call, Settled settled, long begun, long permit, long started, int sent, Throwable failure)
            throws Throwable {
        Progress progress = progress(call, begun);
        return again(call, progress, afterFailure(progress, call, settled, permit, started, sent, failure));
    }

    private @Nullable Object unwanted(Call call, Settled settled, long begun, @Nullable Object result)
            throws Throwable {
        Progress progress = progress(call, begun);
        return again(call, progress, afterUnwanted(progress, settled, result));
    }

    private Progress progress(Call call, long begun) {
        boolean inTransaction =
                this.tools.joinsTransaction() && TransactionSynchronizationManager.isActualTransactionActive();
        return new Progress(call, begun, inTransaction, Deadline.current());
    }

    private @Nullable Object again(Call call, Progress progress, Ending first) throws Throwable {
        Ending ending = first;
        for (Duration wait = ending.pause(); wait != null && paused(progress, ending, wait); wait = ending.pause()) {
            ending = attemptAgain(call, progress, ending);
        }
        return ending.answer();
    }

    private Ending attemptAgain(Call call, Progress progress, Ending before) throws Throwable {
        Settled settled = this.policy.current();
        call.timePassed();
        long permit = enterAgain(call, settled, before);
        long started = call.nanoTime();
        int sent = settled.notesRequests() ? SentRequests.begin() : 0;
        Object result;
        try {
            result = attempt(call, settled);
        } catch (Throwable failure) {
            Ending ending = afterFailure(progress, call, settled, permit, started, sent, failure);
            if (ending.category() == FailureCategory.REJECTED) {
                explainRefusal(failure, before);
            }
            return ending;
        }
        settled.admission().leave();
        settled.admission().succeeded(call, permit, started);
        ResultCheck results = this.tools.results();
        return (results != null && results.unwanted(call, result))
                ? afterUnwanted(progress, settled, result)
                : new Ending(null, result, null, settled, null);
    }

    /** A refusal ends the attempts; the failure before it explains it. */
    private long enterAgain(Call call, Settled settled, Ending before) {
        try {
            return this.entrance.enter(settled.admission(), call);
        } catch (RejectedException refusal) {
            explainRefusal(refusal, before);
            throw refusal;
        }
    }

    private static void explainRefusal(Throwable refusal, Ending before) {
        if (before.failure() != null) {
            Progress.attach(refusal, before.failure());
        }
    }

    private Ending afterFailure(
            Progress progress, Call call, Settled settled, long permit, long started, int sent, Throwable failure) {
        Admission admission = settled.admission();
        admission.leave();
        if (failure instanceof Error) {
            admission.released(permit);
            return new Ending(failure, null, null, settled, null);
        }
        Failure classified = this.tools.classify(failure, settled, sent);
        admission.failed(call, permit, started, classified);
        Verdict verdict = progress.failed(settled.rules(), classified);
        Ending ending = new Ending(failure, null, classified.category(), settled, verdict);
        progress.explainIfOver(ending);
        return ending;
    }

    private static Ending afterUnwanted(Progress progress, Settled settled, @Nullable Object result) {
        Verdict verdict = progress.unwanted(settled.rules());
        Ending ending = new Ending(null, result, FailureCategory.TEMPORARY, settled, verdict);
        progress.explainIfOver(ending);
        return ending;
    }

    /** Waits; answers whether the wait came to its end. */
    private boolean paused(Progress progress, Ending ending, Duration wait) {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            this.tools.time().sleep(wait);
            progress.waited(wait);
            return true;
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            if (ending.failure() != null) {
                Progress.attach(ending.failure(), ex);
            }
            progress.explain(new Stop(Rule.INTERRUPTED, "the thread was asked to stop"), ending);
            return false;
        }
    }
}
