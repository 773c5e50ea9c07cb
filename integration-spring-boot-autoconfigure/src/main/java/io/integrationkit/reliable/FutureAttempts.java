package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Carried;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.limit.RetryBudget;
import io.integrationkit.reliable.RetryRules.Verdict;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Makes the attempts of a method that returns a {@link CompletionStage}, without holding a thread between them. The
 * first begins on the caller's thread, further ones on the executor, with what the caller's thread had bound.
 *
 * <p>An attempt whose time is over fails for the caller, but is not stopped and keeps its place in the bulkhead until
 * it really ends; what it ends with then is ignored. Cancelling the answer cancels the attempt under way, a wait, and
 * everything that would come after.
 */
final class FutureAttempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final LaterEntrance entrance;

    FutureAttempts(Stage next, SettledPolicy policy, AttemptTools tools) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.entrance = new LaterEntrance(policy.current().policy().name(), tools);
    }

    @Override
    public Object run(Call call) {
        Settled settled = this.policy.current();
        RetryBudget budget = settled.shared().budget();
        if (budget != null) {
            budget.called(call.nanoTime());
        }
        Run run = new Run(call);
        run.enter(settled);
        return run.answer;
    }

    /** One call; its steps happen one after the other, on whatever thread. */
    private final class Run {

        final CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();

        private final Call call;

        private final Carried carried = Carried.capture();

        private final @Nullable Deadline deadline = Deadline.current();

        private final Progress progress;

        /** What a cancelled answer cancels: a wait, or the attempt. */
        private volatile Runnable underWay = () -> {};

        private @Nullable Throwable lastFailure;

        Run(Call call) {
            this.call = call;
            boolean inTransaction = FutureAttempts.this.tools.joinsTransaction()
                    && TransactionSynchronizationManager.isActualTransactionActive();
            this.progress = new Progress(call, call.nanoTime(), inTransaction, this.deadline);
            this.answer.whenComplete((result, failure) -> {
                if (this.answer.isCancelled()) {
                    this.underWay.run();
                }
            });
        }

        void enter(Settled settled) {
            cancelledBy(FutureAttempts.this.entrance.enter(
                    settled.admission(), this.call, this.deadline, (permit) -> begin(settled, permit), this::refused));
        }

        private void refused(Throwable refusal) {
            if (this.lastFailure != null) {
                Progress.attach(refusal, this.lastFailure);
            }
            this.answer.completeExceptionally(refusal);
        }

        private void begin(Settled settled, long permit) {
            if (this.answer.isDone()) {
                settled.admission().leave();
                settled.admission().released(permit);
                return;
            }
            this.call.timePassed();
            this.call.attemptStarted();
            Attempt attempt = new Attempt(settled, permit, this.call.nanoTime());
            CompletableFuture<?> work = work();
            cancelledBy(() -> {
                work.cancel(true);
                attempt.abandon();
            });
            work.whenComplete((result, failure) -> {
                settled.admission().leave();
                if (attempt.ends()) {
                    ended(attempt, result, (failure != null) ? cause(failure) : null);
                }
            });
            attempt.limit(work);
        }

        private CompletableFuture<?> work() {
            try (Scope scope = this.carried.open()) {
                Object result = FutureAttempts.this.next.run(this.call);
                return (result instanceof CompletionStage<?> stage)
                        ? stage.toCompletableFuture()
                        : CompletableFuture.completedFuture(result);
            } catch (Throwable failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }

        private void ended(Attempt attempt, @Nullable Object result, @Nullable Throwable failure) {
            this.call.timePassed();
            try (Scope scope = this.carried.open()) {
                Ending ending = (failure != null) ? afterFailure(attempt, failure) : afterResult(attempt, result);
                Duration wait = ending.pause();
                if (wait == null) {
                    complete(ending);
                } else {
                    pause(wait, ending);
                }
            } catch (Throwable unexpected) {
                this.answer.completeExceptionally(unexpected);
            }
        }

        private Ending afterFailure(Attempt attempt, Throwable failure) {
            Settled settled = attempt.settled;
            if (failure instanceof Error) {
                settled.admission().released(attempt.permit);
                return new Ending(failure, null, null, settled, null);
            }
            Failure classified = FutureAttempts.this.tools.classification().classify(failure);
            settled.admission().failed(this.call, attempt.permit, attempt.started, classified);
            Verdict verdict = this.progress.failed(settled.rules(), classified);
            return explained(new Ending(failure, null, classified.category(), settled, verdict));
        }

        private Ending afterResult(Attempt attempt, @Nullable Object result) throws Throwable {
            Settled settled = attempt.settled;
            settled.admission().succeeded(this.call, attempt.permit, attempt.started);
            ResultCheck results = FutureAttempts.this.tools.results();
            if (results == null || !results.unwanted(this.call, result)) {
                return new Ending(null, result, null, settled, null);
            }
            Verdict verdict = this.progress.unwanted(settled.rules());
            return explained(new Ending(null, result, FailureCategory.TEMPORARY, settled, verdict));
        }

        private Ending explained(Ending ending) {
            this.progress.explainIfOver(ending);
            return ending;
        }

        private void complete(Ending ending) {
            if (ending.failure() != null) {
                this.answer.completeExceptionally(ending.failure());
            } else {
                this.answer.complete(ending.result());
            }
        }

        private void pause(Duration wait, Ending ending) {
            this.lastFailure = ending.failure();
            cancelledBy(FutureAttempts.this
                    .tools
                    .time()
                    .schedule(wait, () -> FutureAttempts.this.tools.executor().execute(() -> again(wait)))::cancel);
        }

        private void again(Duration waited) {
            if (this.answer.isDone()) {
                return;
            }
            this.progress.waited(waited);
            this.call.timePassed();
            try (Scope scope = this.carried.open()) {
                enter(FutureAttempts.this.policy.current());
            } catch (Throwable unexpected) {
                this.answer.completeExceptionally(unexpected);
            }
        }

        private void cancelledBy(Runnable cancellation) {
            this.underWay = cancellation;
            if (this.answer.isCancelled()) {
                cancellation.run();
            }
        }

        /** One attempt: it ends once, by its result or by its time. */
        private final class Attempt {

            final Settled settled;

            final long permit;

            final long started;

            private final AtomicBoolean over = new AtomicBoolean();

            Attempt(Settled settled, long permit, long started) {
                this.settled = settled;
                this.permit = permit;
                this.started = started;
            }

            boolean ends() {
                return this.over.compareAndSet(false, true);
            }

            /** Nobody waits for it any more: nothing is learnt about the callee. */
            void abandon() {
                if (ends()) {
                    this.settled.admission().released(this.permit);
                }
            }

            void limit(CompletableFuture<?> work) {
                Duration allowed = this.settled.timeForAttempt(Run.this.deadline);
                if (allowed == null || work.isDone()) {
                    return;
                }
                var timer = FutureAttempts.this.tools.time().schedule(allowed, () -> expire(allowed));
                work.whenComplete((result, failure) -> timer.cancel());
            }

            private void expire(Duration allowed) {
                if (ends()) {
                    Run.this.call.overran();
                    AttemptTimeoutException timeout = new AttemptTimeoutException(
                            Run.this.call.operation().name(), allowed, null);
                    FutureAttempts.this.tools.executor().execute(() -> ended(this, null, timeout));
                }
            }
        }
    }

    private static Throwable cause(Throwable failure) {
        return (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause() : failure;
    }
}
