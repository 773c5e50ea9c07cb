package io.integrationkit.reliable;

import io.integrationkit.call.Stage;
import io.integrationkit.context.CarriedPublisher;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.ContextView;

/** One call of a method that returns a publisher; its steps happen one after the other, on whatever thread. */
final class ReactorCall {

    private final Stage next;

    private final LaterEntrance entrance;

    private final Scheduler scheduler;

    private final LaterCall call;

    private boolean emitted;

    private boolean notJudged;

    private @Nullable Ending ending;

    ReactorCall(Stage next, LaterEntrance entrance, Scheduler scheduler, LaterCall call) {
        this.next = next;
        this.entrance = entrance;
        this.scheduler = scheduler;
        this.call = call;
    }

    /**
     * Makes an attempt.
     *
     * @param context context of the subscriber
     * @return is subscribed to once
     */
    Publisher<Object> attempt(ContextView context) {
        if (this.call.tools().joinsTransaction() && ReactiveTransactions.isActive(context)) {
            this.call.joinsTransaction();
        }
        this.ending = null;
        this.notJudged = false;
        return (subscriber) ->
                new ReactorAttempt(Operators.toCoreSubscriber(subscriber), this::work).begin(this.entrance, this.call);
    }

    private Flux<Object> work(Admitted attempt) {
        attempt.starts(this.call.call());
        Flux<Object> work = Flux.from(new CarriedPublisher(this.call.carried(), this::proceed));
        Duration allowed = attempt.settled().timeForAttempt(this.call.deadline());
        if (allowed != null) {
            AtomicReference<@Nullable Subscription> source = new AtomicReference<>();
            work = work.doOnSubscribe(source::set)
                    .takeUntilOther(timeout(attempt, allowed))
                    .doOnError((failure) -> cancel(source.get()));
        }
        if (this.call.tools().results() != null) {
            work = work.<Object>handle(this::judge).switchIfEmpty(Mono.defer(this::judgeNothing));
        }
        return work.doOnNext((element) -> this.emitted = true)
                .doOnError((failure) -> failed(attempt, failure))
                .doOnComplete(() -> completed(attempt))
                .doOnCancel(() -> cancelled(attempt));
    }

    @SuppressWarnings("unchecked")
    private Publisher<Object> proceed() {
        try {
            Object result = this.next.run(this.call.call());
            if (result instanceof Publisher<?> publisher) {
                return (Publisher<Object>) publisher;
            }
            return Mono.justOrEmpty(result);
        } catch (Throwable failure) {
            return Mono.error(failure);
        }
    }

    /** Ends the attempt, which is cancelled then. */
    private Mono<Object> timeout(Admitted attempt, Duration allowed) {
        AttemptTools tools = this.call.tools();
        return Mono.create((sink) -> {
            Runnable over = () -> {
                attempt.overrun();
                sink.error(this.call.timeout(allowed));
            };
            TimeSource.Timer timer =
                    tools.time().schedule(allowed, () -> tools.executor().execute(over));
            sink.onDispose(timer::cancel);
        });
    }

    /** There is none yet if the time was over first: the operator cancels the one that comes then. */
    private static void cancel(@Nullable Subscription subscription) {
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private void judge(Object element, SynchronousSink<Object> sink) {
        try {
            if (this.call.unwanted(element)) {
                sink.error(new UnwantedResult(element));
            } else {
                sink.next(element);
            }
        } catch (Throwable failure) {
            this.notJudged = true;
            sink.error(failure);
        }
    }

    private Mono<Object> judgeNothing() {
        try {
            return (!this.emitted && this.call.unwanted(null)) ? Mono.error(new UnwantedResult(null)) : Mono.empty();
        } catch (Throwable failure) {
            this.notJudged = true;
            return Mono.error(failure);
        }
    }

    private void completed(Admitted attempt) {
        attempt.leave();
        if (attempt.ends()) {
            this.call.returned(attempt);
        }
    }

    private void failed(Admitted attempt, Throwable failure) {
        attempt.over();
        if (!attempt.ends()) {
            return;
        }
        try (Scope scope = this.call.carried().open()) {
            if (failure instanceof UnwantedResult unwanted) {
                this.call.returned(attempt);
                this.ending = this.call.afterUnwanted(attempt, unwanted.result());
            } else if (this.notJudged) {
                // The callee has answered; the failure is that of who was asked about the answer.
                this.call.returned(attempt);
                this.ending = new Ending(failure, null, null, attempt.settled(), null);
            } else {
                this.ending = this.call.failed(attempt, failure, this.emitted);
            }
        }
    }

    private static void cancelled(Admitted attempt) {
        attempt.abandon();
        attempt.leaveOnceReturned();
    }

    /** What {@code retryWhen} asks after each failure: a signal to subscribe again, or the failure. */
    Mono<Object> after(Throwable failure) {
        Ending last = this.ending;
        if (last == null) {
            this.call.explainRefusal(failure);
            return Mono.error(failure);
        }
        Duration wait = last.pause();
        return (wait != null) ? pause(wait) : Mono.error(failure);
    }

    private Mono<Object> pause(Duration wait) {
        TimeSource time = this.call.tools().time();
        return Mono.create((sink) -> sink.onCancel(time.schedule(wait, () -> sink.success(wait))::cancel))
                .publishOn(this.scheduler)
                .doOnNext((elapsed) -> this.call.waited(wait));
    }
}
