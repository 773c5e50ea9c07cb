package io.integrationkit.reliable;

import java.util.function.Function;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One attempt of a method that returns a publisher: it waits until it is let in, then passes on what its work emits.
 *
 * <p><b>Cancellation.</b> It may come while the attempt is let in, and what was taken must not get lost between the two;
 * so no operator stands there, which would drop the attempt. The entrance decides who comes first. Given up there,
 * nothing is taken. Let in there, the attempt belongs to this object: it gives the attempt back if it knows of the
 * cancellation, else it subscribes to the work, and a subscription that finds this object cancelled is cancelled at
 * once, with which the work gives back what the attempt has taken.
 */
final class ReactorAttempt extends Operators.DeferredSubscription implements CoreSubscriber<Object> {

    private final CoreSubscriber<? super Object> subscriber;

    private final Function<Admitted, Flux<Object>> work;

    private final Disposable.Swap turn = Disposables.swap();

    /**
     * Creates an attempt for one subscriber.
     *
     * @param work what the attempt does once it is let in; answers the circuit breaker and leaves the bulkhead when it
     *     ends or its subscription is cancelled
     */
    ReactorAttempt(CoreSubscriber<? super Object> subscriber, Function<Admitted, Flux<Object>> work) {
        this.subscriber = subscriber;
        this.work = work;
    }

    void begin(LaterEntrance entrance, LaterCall call) {
        this.subscriber.onSubscribe(this);
        if (isCancelled()) {
            return;
        }
        try {
            this.turn.replace(entrance.enter(call.settled(), call, this::enter, this.subscriber::onError)::run);
        } catch (RuntimeException unexpected) {
            this.subscriber.onError(unexpected);
        }
    }

    private void enter(Admitted admitted) {
        if (isCancelled()) {
            admitted.unused();
        } else {
            admitted.entered();
            try {
                this.work.apply(admitted).subscribe(this);
            } finally {
                admitted.returned();
            }
        }
    }

    @Override
    public void cancel() {
        super.cancel();
        this.turn.dispose();
    }

    @Override
    public Context currentContext() {
        return this.subscriber.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        set(subscription);
    }

    @Override
    public void onNext(Object element) {
        this.subscriber.onNext(element);
    }

    @Override
    public void onError(Throwable failure) {
        this.subscriber.onError(failure);
    }

    @Override
    public void onComplete() {
        this.subscriber.onComplete();
    }
}
