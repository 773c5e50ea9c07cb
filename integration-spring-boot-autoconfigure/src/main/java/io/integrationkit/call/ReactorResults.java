package io.integrationkit.call;

import io.integrationkit.context.Carried;
import io.integrationkit.context.Scope;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Results as {@link Mono} or {@link Flux}: each subscription is a call of its own. */
final class ReactorResults implements LaterResults {

    private final boolean many;

    private final Scheduler blocking;

    ReactorResults(boolean many, Executor blocking) {
        this.many = many;
        this.blocking = Schedulers.fromExecutor(blocking);
    }

    @Override
    public Object answer(Supplier<Call> call, Stage stages) {
        Carried carried = Carried.capture();
        return typed(Flux.defer(() -> {
            try (Scope scope = carried.open()) {
                return flux(stages.run(call.get()));
            } catch (Throwable failure) {
                return Flux.error(failure);
            }
        }));
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

    private static void tell(AtomicBoolean told, End end, @Nullable Throwable failure) {
        if (told.compareAndSet(false, true)) {
            end.ended(failure);
        }
    }

    @Override
    public Object recover(@Nullable Object result, Recovery recovery) {
        return typed(flux(result).onErrorResume((failure) -> recovered(failure, recovery)));
    }

    private Publisher<Object> recovered(Throwable failure, Recovery recovery) {
        Callable<Publisher<Object>> later = () -> {
            try {
                return flux(recovery.recover(failure));
            } catch (Error | Exception again) {
                return Flux.error(again);
            } catch (Throwable again) {
                return Flux.error(again);
            }
        };
        return Mono.fromCallable(later).subscribeOn(this.blocking).flatMapMany((publisher) -> publisher);
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
