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
 * <p>All attempts are made by one loop in one method, although that makes it long: a call that succeeds at once runs
 * straight through and allocates nothing, and each method more between the caller and the callee makes every exception
 * of the callee dearer, whose stack trace has to be collected.
 */
final class Attempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final @Nullable ResultCheck results;

    private final Entrance entrance;

    private final TimedAttempt timed;

    Attempts(Stage next, SettledPolicy policy, AttemptTools tools) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.results = tools.results();
        this.entrance = new Entrance(policy.current().policy().name(), tools.time());
        this.timed = new TimedAttempt(next, tools.time(), tools.classification());
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        Settled settled = this.policy.current();
        long begun = call.nanoTime();
        RetryBudget budget = settled.shared().budget();
        if (budget != null) {
            budget.called(call.stripe(), begun);
        }
        Ending ending = null;
        Progress progress = null;
        while (true) {
            Admission admission = settled.admission();
            long permit = (ending == null || progress == null)
                    ? this.entrance.enter(admission, call)
                    : enterAgain(admission, call, progress, ending);
            long started = call.nanoTime();
            int sent = settled.notesRequests() ? SentRequests.begin() : 0;
            call.attemptStarted();
            Object result = null;
            Throwable failure = null;
            try {
                result = settled.timed() ? timed(call, settled) : this.next.run(call);
            } catch (Throwable thrown) {
                failure = thrown;
            }
            call.timePassed();
            // Read before the place is given on: letting a waiter in is not a part of the attempt.
            call.nanoTime();
            admission.leave(call.stripe());
            if (failure == null) {
                admission.succeeded(call, permit, started);
                if (this.results == null || !unwanted(this.results, call, result)) {
                    return result;
                }
            }
            progress = (progress != null) ? progress : progress(call, begun);
            ending = (failure != null)
                    ? afterFailure(progress, call, settled, permit, started, sent, failure, ending)
                    : afterUnwanted(progress, settled, result);
            Duration wait = ending.pause();
            if (wait == null) {
                return ending.answer();
            }
            boolean waited = paused(progress, ending, wait);
            call.timePassed();
            if (!waited) {
                return ending.answer();
            }
            settled = this.policy.current();
        }
    }

    private static boolean unwanted(ResultCheck results, Call call, @Nullable Object result) throws Throwable {
        try {
            return results.unwanted(call, result);
        } finally {
            call.timePassed();
        }
    }

    private @Nullable Object timed(Call call, Settled settled) throws Throwable {
        Duration allowed = settled.timeForAttempt(Deadline.current());
        return (allowed != null) ? this.timed.run(call, allowed) : this.next.run(call);
    }

    private Progress progress(Call call, long begun) {
        boolean inTransaction =
                this.tools.joinsTransaction() && TransactionSynchronizationManager.isActualTransactionActive();
        return new Progress(call, begun, inTransaction, Deadline.currentOfWaits());
    }

    /** A refusal ends the attempts; the failure before it explains it. */
    private long enterAgain(Admission admission, Call call, Progress progress, Ending before) {
        try {
            return this.entrance.enter(admission, call);
        } catch (Throwable refusal) {
            explainRefusal(refusal, before);
            if (refusal instanceof RejectedException rejected) {
                progress.refused(rejected, before);
            }
            throw refusal;
        }
    }

    private static void explainRefusal(Throwable refusal, @Nullable Ending before) {
        if (before != null && before.failure() != null) {
            Progress.attach(refusal, before.failure());
        }
    }

    private Ending afterFailure(
            Progress progress,
            Call call,
            Settled settled,
            long permit,
            long started,
            int sent,
            Throwable failure,
            @Nullable Ending before) {
        Admission admission = settled.admission();
        if (failure instanceof Error) {
            admission.released(permit);
            return new Ending(failure, null, null, settled, null);
        }
        Failure classified;
        try {
            classified = this.tools.classify(failure, settled, sent);
        } catch (Throwable unexpected) {
            // Without a category there is nothing to decide by; the caller gets what the callee threw.
            admission.released(permit);
            Progress.attach(failure, unexpected);
            return new Ending(failure, null, null, settled, null);
        }
        admission.failed(call, permit, started, classified);
        if (classified.category() == FailureCategory.REJECTED) {
            explainRefusal(failure, before);
        }
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
