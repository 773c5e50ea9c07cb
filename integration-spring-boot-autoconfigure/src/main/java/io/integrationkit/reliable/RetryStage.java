package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.reliable.RetryRules.Stop;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryRules.Wait;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Makes the attempts of a call and waits between them. What it throws is the exception of the last attempt. */
final class RetryStage implements Stage {

    private static final int MAX_SUPPRESSED = 16;

    private final Stage next;

    private final RetryRules rules;

    private final boolean mayRepeat;

    private final boolean joinsTransaction;

    private final FailureClassification classification;

    private final TimeSource time;

    RetryStage(
            Stage next,
            RetryRules rules,
            boolean mayRepeat,
            boolean joinsTransaction,
            FailureClassification classification,
            TimeSource time) {
        this.next = next;
        this.rules = rules;
        this.mayRepeat = mayRepeat;
        this.joinsTransaction = joinsTransaction;
        this.classification = classification;
        this.time = time;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        boolean inTransaction = this.joinsTransaction && TransactionSynchronizationManager.isActualTransactionActive();
        if (this.mayRepeat && !inTransaction) {
            call.allowRepetition();
        }
        long started = this.time.nanoTime();
        Duration waited = Duration.ZERO;
        Duration previousWait = Duration.ZERO;
        Throwable last = null;
        while (true) {
            call.attemptStarted();
            try {
                return this.next.run(call);
            } catch (Error failure) {
                throw failure;
            } catch (Throwable failure) {
                Duration elapsed = Duration.ofNanos(this.time.nanoTime() - started);
                Verdict verdict = this.rules.judge(
                        this.classification.classify(failure), call.attempts(), inTransaction, elapsed, previousWait);
                if (verdict instanceof Wait wait) {
                    pause(call, wait.duration(), waited, failure);
                    waited = waited.plus(wait.duration());
                    previousWait = wait.duration();
                    last = failure;
                } else if (verdict instanceof Stop stop) {
                    explain(call, waited, stop, failure, last);
                    throw failure;
                }
            }
        }
    }

    private void pause(Call call, Duration wait, Duration waited, Throwable failure) throws Throwable {
        try {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            this.time.sleep(wait);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            attach(failure, ex);
            explain(call, waited, new Stop(Rule.INTERRUPTED, "the thread was asked to stop"), failure, null);
            throw failure;
        }
    }

    /** A refusal is explained by the failure before it; anything else by the rule that ended the attempts. */
    private static void explain(Call call, Duration waited, Stop stop, Throwable failure, @Nullable Throwable last) {
        if (stop.rule() != Rule.REFUSED) {
            attach(
                    failure,
                    new RetryStopped(
                            call.operation().name(), call.attempts(), waited, stop.rule(), stop.explanation()));
        } else if (last != null) {
            attach(failure, last);
        }
    }

    private static void attach(Throwable failure, Throwable explanation) {
        // An exception object that is thrown again and again must not grow without end.
        if (failure != explanation && failure.getSuppressed().length < MAX_SUPPRESSED) {
            failure.addSuppressed(explanation);
        }
    }
}
