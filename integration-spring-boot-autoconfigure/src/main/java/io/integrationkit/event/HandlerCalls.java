package io.integrationkit.event;

import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.call.MessageTracing.Handling;
import io.integrationkit.call.MessageTracing.Message;
import io.integrationkit.context.Scope;
import io.integrationkit.deduplicate.DuplicateMessageException;
import io.integrationkit.failure.Failure;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls handlers, each call with a span of its own, and says how it failed. */
final class HandlerCalls {

    private final MessageTracing tracing;

    private final Function<Throwable, Failure> classification;

    HandlerCalls(MessageTracing tracing, Function<Throwable, Failure> classification) {
        this.tracing = tracing;
        this.classification = classification;
    }

    /**
     * Calls a handler.
     *
     * @param headers of the event; of several events those that they share
     * @return how it failed, or {@code null} if it has handled what it got, now or before
     */
    @Nullable
    Exception call(HandlerMethod handler, Function<String, @Nullable String> headers, Work work) {
        Message message = new Message(handler.name(), handler.eventType(), headers);
        try {
            if (handler.operation()) {
                // Its call is the handling, and tells also what a handling that returns does not: a duplicate.
                try (Scope received = this.tracing.received(message)) {
                    work.run();
                }
            } else {
                observe(this.tracing.begin(message), work);
            }
            return null;
        } catch (DuplicateMessageException | DeadLetteredException ex) {
            // Handled before, or owed by an entry of its own.
            return null;
        } catch (Exception ex) {
            return ex;
        } catch (Error ex) {
            throw ex;
        } catch (Throwable ex) {
            return new IllegalStateException("Event handler '%s' failed".formatted(handler.name()), ex);
        }
    }

    private void observe(Handling handling, Work work) throws Throwable {
        try (Scope scope = handling.open()) {
            work.run();
        } catch (Throwable ex) {
            handling.failed(this.classification.apply(ex).category(), ex);
            throw ex;
        }
        handling.handled();
    }

    /** What is done for a handler. */
    @FunctionalInterface
    interface Work {

        void run() throws Throwable;
    }
}
