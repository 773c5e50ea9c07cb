package io.integrationkit.call;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** Gives a call a correlation id, unless it has one, and tells the observer how it ended. */
record ObserveStage(Stage next, CallObserver.OfOperation observer) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        if (Correlation.current() != null) {
            return observed(call);
        }
        try (Scope scope = Correlation.open(null)) {
            return observed(call);
        }
    }

    private @Nullable Object observed(Call call) throws Throwable {
        long started = call.nanoTime();
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            failed(call);
            this.observer.completed(call, call.nanoTime() - started);
            throw failure;
        }
        this.observer.completed(call, call.nanoTime() - started);
        return result;
    }

    static void failed(Call call) {
        if (call.outcome() == CallOutcome.EXECUTED) {
            call.ended(CallOutcome.FAILED);
        }
    }
}
