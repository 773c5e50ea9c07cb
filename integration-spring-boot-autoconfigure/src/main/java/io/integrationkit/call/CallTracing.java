package io.integrationkit.call;

import io.integrationkit.context.Scope;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Port: gives each call and each of its attempts a span. Implemented where there is a tracer. */
@FunctionalInterface
public interface CallTracing {

    /**
     * Makes the tracing of one operation; called once.
     *
     * @param operation the operation
     * @return its tracing
     */
    OfOperation trace(Operation operation);

    /** Begins the spans of one operation; called by any number of threads. */
    interface OfOperation {

        /**
         * Begins the span of a call.
         *
         * @param call the call; not to be kept
         * @return the span
         */
        Span call(Call call);

        /**
         * Begins the span of an attempt, on the thread that makes it, which may be another than that of the call.
         *
         * @param call the call, with its {@link Call#span() span} and attempts; not to be kept
         * @return the span
         */
        Span attempt(Call call);
    }

    /** A span that has begun. It may end on another thread than it began on. */
    interface Span {

        /**
         * Makes the span the current one of the thread.
         *
         * @return to be closed on the same thread, before the span ends
         */
        Scope open();

        /**
         * Returns what makes the span the current one of work that is done later.
         *
         * @return entries for the Reactor context
         */
        Map<String, ?> context();

        /**
         * Ends the span; called once.
         *
         * @param call the call, with its outcome; not to be kept
         * @param failure how it failed, or {@code null}
         */
        void ended(Call call, @Nullable Throwable failure);
    }
}
