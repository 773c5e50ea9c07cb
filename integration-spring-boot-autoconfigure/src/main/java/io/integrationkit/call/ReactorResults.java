package io.integrationkit.call;

import io.integrationkit.context.Carried;
import io.integrationkit.context.CarriedPublisher;
import io.integrationkit.context.Scope;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Results as {@code Mono} or {@link Flux}: each subscription is a call of its own. */
final class ReactorResults implements LaterResults {

    private final boolean many;

    private final Scheduler blocking;

    ReactorResults(boolean many, Executor blocking) {
        this.many = many;
        this.blocking = Schedulers.fromExecutor(blocking);
    }

    @Override
    public Object answer(Supplier<Call> call, Stage stages) {
        return typed(Flux.from(new CarriedPublisher(Carried.capture(), () -> {
            try {
                return flux(stages.run(call.get()));
            } catch (Throwable failure) {
                return Flux.error(failure);
            }
        })));
    }

    @Override
    public Object whenDone(@Nullable Object result, End end) {
        return typed(Flux.defer(() -> {
            AtomicBoolean told = new AtomicBoolean();
            return flux(result)
                    .doOnError((failure) -> tell(told, end, failure))
                    .doOnComplete(() -> tell(told, end, null))
                    .doOnCancel(() -> tell(told, end, new CancellationException("the subscription was cancelled")));
        }));
    }

    /** A cancelled subscription ends the work as far as one can know. */
    @Override
    public Object whenWorkDone(@Nullable Object result, End end) {
        return whenDone(result, end);
    }

    @Override
    public Object within(@Nullable Object result, Map<String, ?> context) {
        return typed(flux(result).contextWrite((known) -> known.putAllMap(context)));
    }

    private static void tell(AtomicBoolean told, End end, @Nullable Throwable failure) {
        if (told.compareAndSet(false, true)) {
            end.ended(failure);
        }
    }

    @Override
    public Object recover(@Nullable Object result, Recovery recovery) {
        Carried carried = Carried.capture();
        return typed(flux(result).onErrorResume((failure) -> recovered(carried, failure, recovery)));
    }

    private Publisher<Object> recovered(Carried carried, Throwable failure, Recovery recovery) {
        return Flux.from(new CarriedPublisher(carried, () -> {
                    try {
                        return flux(recovery.recover(failure));
                    } catch (Throwable again) {
                        return Flux.error(again);
                    }
                }))
                .subscribeOn(this.blocking);
    }

    @Override
    public Object settled(@Nullable Object result, Settlement settlement) {
        Carried carried = Carried.capture();
        AtomicBoolean told = new AtomicBoolean();
        Mono<Object> source =
                Flux.from(new CarriedPublisher(carried, () -> flux(result))).singleOrEmpty();
        return source.map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .onErrorResume((failure) ->
                        settling(carried, told, settlement, null, failure).then(Mono.error(failure)))
                .flatMap((value) -> settling(carried, told, settlement, value.orElse(null), null)
                        .then(Mono.justOrEmpty(value)))
                .doOnCancel(() -> this.blocking.schedule(() -> settle(
                        carried, told, settlement, null, new CancellationException("the subscription was cancelled"))));
    }

    private Mono<Void> settling(
            Carried carried,
            AtomicBoolean told,
            Settlement settlement,
            @Nullable Object value,
            @Nullable Throwable failure) {
        return Mono.<Void>fromRunnable(() -> settle(carried, told, settlement, value, failure))
                .subscribeOn(this.blocking);
    }

    private static void settle(
            Carried carried,
            AtomicBoolean told,
            Settlement settlement,
            @Nullable Object value,
            @Nullable Throwable failure) {
        if (told.compareAndSet(false, true)) {
            try (Scope scope = carried.open()) {
                settlement.settle(value, failure);
            }
        }
    }

    @Override
    public Object blocking(ThrowingStages stages) {
        Carried carried = Carried.capture();
        return typed(Flux.from(new CarriedPublisher(carried, () -> {
                    try {
                        return flux(stages.run());
                    } catch (Throwable failure) {
                        return Flux.error(failure);
                    }
                }))
                .subscribeOn(this.blocking));
    }

    @Override
    public Object ready(@Nullable Object value) {
        return typed(Flux.from(Mono.justOrEmpty(value)));
    }

    @Override
    public CompletionStage<?> begin(@Nullable Object result) {
        return flux(result).then().toFuture();
    }

    /** A method that returns {@code null} instead of a publisher has nothing to say. */
    @SuppressWarnings("unchecked")
    private static Flux<Object> flux(@Nullable Object result) {
        if (result instanceof Publisher<?> publisher) {
            return Flux.from((Publisher<Object>) publisher);
        }
        return (result != null) ? Flux.just(result) : Flux.empty();
    }

    private Object typed(Flux<Object> flux) {
        return this.many ? flux : flux.singleOrEmpty();
    }
}
