package io.integrationkit.call;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** What {@link ObserveStage} does, for a result that comes later. */
record ObserveLaterStage(Stage next, CallObserver.OfOperation observer, LaterResults later) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        if (Correlation.current() != null) {
            return observed(call);
        }
        try (Scope scope = Correlation.open(null)) {
            return observed(call);
        }
    }

    private Object observed(Call call) throws Throwable {
        long started = call.nanoTime();
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            ended(call, started, failure);
            throw failure;
        }
        return this.later.whenDone(result, (failure) -> ended(call, started, failure));
    }

    private void ended(Call call, long started, @Nullable Throwable failure) {
        if (failure != null) {
            ObserveStage.failed(call);
        }
        call.timePassed();
        this.observer.completed(call, call.nanoTime() - started);
    }
}
