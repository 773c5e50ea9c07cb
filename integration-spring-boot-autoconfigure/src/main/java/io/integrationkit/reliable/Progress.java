package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.context.Deadline;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.RetryRules.Ended;
import io.integrationkit.reliable.RetryRules.Stop;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * How far a call has come that did not succeed at once, and why it ends. Made when its first attempt did not succeed;
 * belongs to the thread that makes the attempts.
 */
final class Progress {

    private static final Logger logger = LoggerFactory.getLogger("io.integrationkit.reliable");

    private static final int MAX_SUPPRESSED = 16;

    private final Call call;

    private final long begun;

    private boolean inTransaction;

    private final @Nullable Deadline deadline;

    private Duration waited = Duration.ZERO;

    private Duration lastWait = Duration.ZERO;

    Progress(Call call, long begun, boolean inTransaction, @Nullable Deadline deadline) {
        this.call = call;
        this.begun = begun;
        this.inTransaction = inTransaction;
        this.deadline = deadline;
    }

    /** The attempts run in a transaction of the caller. */
    void joinsTransaction() {
        this.inTransaction = true;
    }

    /** Decides after a failed attempt. */
    Verdict failed(RetryRules rules, Failure failure) {
        long now = this.call.nanoTime();
        return rules.judge(new Ended(
                failure,
                this.call.attempts(),
                this.inTransaction,
                Duration.ofNanos(now - this.begun),
                this.lastWait,
                this.deadline,
                now));
    }

    /** Decides after an attempt whose result is not wanted. */
    Verdict unwanted(RetryRules rules) {
        return failed(rules, Failure.of(FailureCategory.TEMPORARY));
    }

    /** Notes a wait that has come to its end. */
    void waited(Duration wait) {
        this.waited = this.waited.plus(wait);
        this.lastWait = wait;
    }

    /** Explains the end of the attempts, if they have ended. */
    void explainIfOver(Ending ending) {
        if (ending.verdict() instanceof Stop stop) {
            explain(stop, ending);
        }
    }

    /**
     * Explains the end of the attempts: to whoever gets the exception, and in one line of the log.
     *
     * @param stop why there is no further attempt
     * @param ending how the last one ended
     */
    void explain(Stop stop, Ending ending) {
        RetryStopped stopped = stopped(stop);
        if (ending.failure() != null && stop.rule() != Rule.REFUSED) {
            attach(ending.failure(), stopped);
        }
        log(
                (stop.rule() == Rule.NOT_RETRYABLE || stop.rule() == Rule.REFUSED) ? Level.DEBUG : Level.WARN,
                stopped,
                ending);
    }

    /**
     * Explains, in one line of the log, that a further attempt was refused. The caller gets the refusal, which says why.
     *
     * @param refusal refused it
     * @param before how the attempt before ended
     */
    void refused(RejectedException refusal, Ending before) {
        String explanation = "a further one was refused with " + refusal.code().id();
        log(Level.WARN, stopped(new Stop(Rule.REFUSED, explanation)), before);
    }

    private RetryStopped stopped(Stop stop) {
        return new RetryStopped(
                this.call.operation().name(), this.call.attempts(), this.waited, stop.rule(), stop.explanation());
    }

    private void log(Level level, RetryStopped stopped, Ending ending) {
        if (logger.isEnabledForLevel(level)) {
            Settled settled = ending.settled();
            logger.atLevel(level)
                    .log(
                            "{} (rule {}, category {}, policy '{}': {})",
                            stopped.getMessage(),
                            stopped.rule(),
                            ending.category(),
                            settled.policy().name(),
                            settled.shared().describe(this.call.nanoTime()));
        }
    }

    /** Hangs an explanation on an exception. */
    static void attach(Throwable failure, Throwable explanation) {
        // An exception object that is thrown again and again must not grow without end.
        if (failure != explanation && failure.getSuppressed().length < MAX_SUPPRESSED) {
            failure.addSuppressed(explanation);
        }
    }
}
