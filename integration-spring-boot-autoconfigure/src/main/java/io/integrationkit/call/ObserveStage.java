package io.integrationkit.call;

import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** Gives a call a correlation id, unless it has one, and tells the observer how it ended. */
record ObserveStage(Stage next, CallObserver.OfOperation observer) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        long started = call.nanoTime();
        Scope own = (Correlation.current() == null) ? Correlation.open(null) : null;
        try {
            return this.next.run(call);
        } catch (Throwable failure) {
            failed(call);
            throw failure;
        } finally {
            this.observer.completed(call, call.nanoTime() - started);
            if (own != null) {
                own.close();
            }
        }
    }

    static void failed(Call call) {
        if (call.outcome() == CallOutcome.EXECUTED) {
            call.ended(CallOutcome.FAILED);
        }
    }
}
