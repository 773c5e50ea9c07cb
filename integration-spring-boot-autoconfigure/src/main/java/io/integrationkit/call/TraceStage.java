package io.integrationkit.call;

import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** Runs the rest of a call, or one attempt, within a span. */
record TraceStage(Stage next, Beginning spans) implements Stage {

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        CallTracing.Span span = this.spans.begin(call);
        Object result;
        try (Scope scope = span.open()) {
            result = this.next.run(call);
        } catch (Throwable failure) {
            span.ended(call, failure);
            throw failure;
        }
        span.ended(call, null);
        return result;
    }

    /** Begins a span. */
    @FunctionalInterface
    interface Beginning {

        CallTracing.Span begin(Call call);
    }
}
