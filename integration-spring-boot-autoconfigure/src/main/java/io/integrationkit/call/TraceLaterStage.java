package io.integrationkit.call;

import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/**
 * What {@link TraceStage} does, for a result that comes later: the span is the current one of the thread only until the
 * stages inside have returned, and goes on until the result is there.
 */
record TraceLaterStage(Stage next, TraceStage.Beginning spans, LaterResults later, Telling telling) implements Stage {

    @Override
    public Object run(Call call) throws Throwable {
        CallTracing.Span span = this.spans.begin(call);
        Object result;
        try (Scope scope = span.open()) {
            result = this.next.run(call);
        } catch (Throwable failure) {
            span.ended(call, failure);
            throw failure;
        }
        return this.telling.when(this.later.within(result, span.context()), (failure) -> span.ended(call, failure));
    }

    /** Which end of the result is the end of the span. */
    @FunctionalInterface
    interface Telling {

        Object when(@Nullable Object result, LaterResults.End end);
    }
}
