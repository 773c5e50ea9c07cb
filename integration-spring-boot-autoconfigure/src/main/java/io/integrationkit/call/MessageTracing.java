package io.integrationkit.call;

import io.integrationkit.context.Scope;
import io.integrationkit.failure.FailureCategory;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Port: gives the handling of each message a span, which continues the trace of its sender unless the thread is in a
 * span already. Implemented where there is a tracer. Safe for use by any number of threads.
 */
public interface MessageTracing {

    /** Traces nothing. */
    MessageTracing NONE = new Untraced();

    /**
     * Says that this thread has received a message. The first call of an operation that it makes is the handling of the
     * message; only when that begins there is a span, since what a listener container finds open it would take for its
     * own and end.
     *
     * @param message the message
     * @return to be closed on the same thread, when the message was handled or given up
     */
    Scope received(Message message);

    /**
     * Begins the span of a message that is handled by something else than a call.
     *
     * @param message the message
     * @return the span
     */
    Handling begin(Message message);

    /**
     * A message that is handled.
     *
     * @param handler who handles it: id of a listener, or name of a handler; few different ones
     * @param type type it says it has, or {@code null}
     * @param headers gives the text of a header, or {@code null} if the message has none of that name
     */
    record Message(String handler, @Nullable String type, Function<String, @Nullable String> headers) {}

    /** The span of a message. One of its three ends is called, once, on any thread. */
    interface Handling {

        /**
         * Makes the span the current one of the thread.
         *
         * @return to be closed on the same thread, before the span ends
         */
        Scope open();

        /** The message was handled. */
        void handled();

        /** The message had been handled before. */
        void duplicate();

        /**
         * The message could not be handled.
         *
         * @param category what kind of failure it was
         * @param failure the failure
         */
        void failed(FailureCategory category, Throwable failure);
    }

    /** Does nothing. */
    final class Untraced implements MessageTracing, Handling {

        private static final Scope NOTHING = () -> {};

        private Untraced() {}

        @Override
        public Scope received(Message message) {
            return NOTHING;
        }

        @Override
        public Handling begin(Message message) {
            return this;
        }

        @Override
        public Scope open() {
            return NOTHING;
        }

        @Override
        public void handled() {}

        @Override
        public void duplicate() {}

        @Override
        public void failed(FailureCategory category, Throwable failure) {}
    }
}
