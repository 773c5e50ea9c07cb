package io.integrationkit.reliable;

import io.integrationkit.call.Call;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Carried;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.limit.RetryBudget;
import io.integrationkit.reliable.RetryRules.Stop;
import io.integrationkit.reliable.RetryRules.Verdict;
import io.integrationkit.reliable.RetryStopped.Rule;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Makes the attempts of a method that returns a {@code Mono} or a {@code Flux}, without holding a thread between them.
 * An attempt is one subscription to what the method returns; it succeeds when that completes. Once an element was passed
 * on there is no further attempt: the subscriber would get it twice.
 */
final class ReactorAttempts implements Stage {

    private final Stage next;

    private final SettledPolicy policy;

    private final AttemptTools tools;

    private final LaterEntrance entrance;

    private final Scheduler scheduler;

    private final boolean many;

    ReactorAttempts(Stage next, SettledPolicy policy, AttemptTools tools, boolean many) {
        this.next = next;
        this.policy = policy;
        this.tools = tools;
        this.entrance = new LaterEntrance(policy.current().policy().name(), tools);
        this.scheduler = Schedulers.fromExecutor(tools.executor());
        this.many = many;
    }

    @Override
    public Object run(Call call) {
        RetryBudget budget = this.policy.current().shared().budget();
        if (budget != null) {
            budget.called(call.nanoTime());
        }
        Run run = new Run(call);
        Flux<Object> attempts = Flux.defer(run::attempt)
                .retryWhen(Retry.from((failures) -> failures.concatMap((signal) -> run.next(signal.failure()))))
                .onErrorResume(UnwantedResult.class, UnwantedResult::published);
        return this.many ? attempts : attempts.singleOrEmpty();
    }

    /** One call; its steps happen one after the other, on whatever thread. */
    private final class Run {

        private final Call call;

        private final Carried carried = Carried.capture();

        private final @Nullable Deadline deadline = Deadline.current();

        private final Progress progress;

        private boolean emitted;

        private @Nullable Ending ending;

        private @Nullable Throwable lastFailure;

        Run(Call call) {
            this.call = call;
            this.progress = new Progress(call, call.nanoTime(), false, this.deadline);
        }

        Flux<Object> attempt() {
            Settled settled = ReactorAttempts.this.policy.current();
            this.ending = null;
            return Mono.<Admitted>create((sink) -> sink.onCancel(ReactorAttempts.this.entrance.enter(
                            settled.admission(),
                            this.call,
                            this.deadline,
                            (permit) -> sink.success(new Admitted(settled, permit)),
                            sink::error)::run))
                    .doOnDiscard(Admitted.class, Admitted::unused)
                    .flatMapMany(this::work);
        }

        private Flux<Object> work(Admitted admitted) {
            this.call.timePassed();
            this.call.attemptStarted();
            long started = this.call.nanoTime();
            Flux<Object> work = Flux.defer(this::proceed);
            Duration allowed = admitted.settled().timeForAttempt(this.deadline);
            if (allowed != null) {
                work = work.takeUntilOther(timeout(allowed));
            }
            return work.concatMap((element) -> wanted(admitted, element))
                    .doOnError((failure) -> failed(admitted, started, failure))
                    .doOnComplete(() -> completed(admitted, started))
                    .doOnCancel(admitted::unused);
        }

        private Publisher<Object> proceed() {
            try (Scope scope = this.carried.open()) {
                Object result = ReactorAttempts.this.next.run(this.call);
                return published(result);
            } catch (Throwable failure) {
                return Flux.error(failure);
            }
        }

        private Mono<Object> timeout(Duration allowed) {
            return Mono.create((sink) -> {
                TimeSource.Timer timer = ReactorAttempts.this
                        .tools
                        .time()
                        .schedule(
                                allowed,
                                () -> ReactorAttempts.this.tools.executor().execute(() -> {
                                    this.call.overran();
                                    sink.error(new AttemptTimeoutException(
                                            this.call.operation().name(), allowed, null));
                                }));
                sink.onDispose(timer::cancel);
            });
        }

        private Mono<Object> wanted(Admitted admitted, Object element) {
            ResultCheck results = ReactorAttempts.this.tools.results();
            try {
                if (results == null || !results.unwanted(this.call, element)) {
                    this.emitted = true;
                    return Mono.just(element);
                }
            } catch (Throwable failure) {
                return Mono.error(failure);
            }
            return Mono.error(new UnwantedResult(element));
        }

        private void completed(Admitted admitted, long started) {
            this.call.timePassed();
            admitted.settled().admission().leave();
            admitted.settled().admission().succeeded(this.call, admitted.permit(), started);
        }

        private void failed(Admitted admitted, long started, Throwable failure) {
            this.call.timePassed();
            Settled settled = admitted.settled();
            settled.admission().leave();
            try (Scope scope = this.carried.open()) {
                this.ending = ending(settled, admitted.permit(), started, failure);
                this.progress.explainIfOver(this.ending);
            }
        }

        private Ending ending(Settled settled, long permit, long started, Throwable failure) {
            if (failure instanceof Error) {
                settled.admission().released(permit);
                return new Ending(failure, null, null, settled, null);
            }
            if (failure instanceof UnwantedResult unwanted) {
                settled.admission().succeeded(this.call, permit, started);
                Verdict verdict = this.progress.unwanted(settled.rules());
                return new Ending(null, unwanted.result, FailureCategory.TEMPORARY, settled, verdict);
            }
            Failure classified = ReactorAttempts.this.tools.classification().classify(failure);
            settled.admission().failed(this.call, permit, started, classified);
            Verdict verdict = this.emitted
                    ? new Stop(Rule.EMITTED, "elements of the failed attempt were passed on")
                    : this.progress.failed(settled.rules(), classified);
            return new Ending(failure, null, classified.category(), settled, verdict);
        }

        /** What {@code retryWhen} asks after each failure: a signal to subscribe again, or the failure. */
        Mono<Object> next(Throwable failure) {
            Ending last = this.ending;
            Duration wait = (last != null) ? last.pause() : null;
            if (wait != null) {
                this.lastFailure = failure;
                return pause(wait);
            }
            if (last == null && this.lastFailure != null) {
                Progress.attach(failure, this.lastFailure);
            }
            return Mono.error(failure);
        }

        private Mono<Object> pause(Duration wait) {
            return Mono.create((sink) -> {
                        TimeSource.Timer timer =
                                ReactorAttempts.this.tools.time().schedule(wait, () -> sink.success(wait));
                        sink.onCancel(timer::cancel);
                    })
                    .publishOn(ReactorAttempts.this.scheduler)
                    .doOnNext((elapsed) -> {
                        this.progress.waited(wait);
                        this.call.timePassed();
                    });
        }
    }

    @SuppressWarnings("unchecked")
    private static Publisher<Object> published(@Nullable Object result) {
        if (result instanceof Publisher<?> publisher) {
            return (Publisher<Object>) publisher;
        }
        return (result != null) ? Mono.just(result) : Mono.empty();
    }

    /** An attempt that was let in. */
    private record Admitted(Settled settled, long permit) {

        /** It does not run, or nobody waits for it any more. */
        void unused() {
            this.settled.admission().leave();
            this.settled.admission().released(this.permit);
        }
    }

    /** A result for which the call is tried again; seen by nobody outside. */
    private static final class UnwantedResult extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Object result;

        UnwantedResult(Object result) {
            super(null, null, false, false);
            this.result = result;
        }

        Mono<Object> published() {
            return Mono.just(this.result);
        }
    }
}
