package io.integrationkit.outbox;

import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.HandlerMethod;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Delivers to the event handlers of this application, on threads of their own. */
final class HandlerDestination implements MessageDestination {

    private final LocalHandlers handlers;

    private final EventReader reader;

    private final Function<Throwable, Failure> classification;

    private final Executor executor;

    private final TimeSource time;

    private final Duration timeout;

    private final int concurrency;

    /** Handler and key of what runs, also of what was given up and has not returned. */
    private final Set<HandlerKey> running = ConcurrentHashMap.newKeySet();

    HandlerDestination(
            LocalHandlers handlers,
            EventReader reader,
            Function<Throwable, Failure> classification,
            Executor executor,
            TimeSource time,
            OutboxSpec spec) {
        this.handlers = handlers;
        this.reader = reader;
        this.classification = classification;
        this.executor = executor;
        this.time = time;
        this.timeout = spec.deliveryTimeout();
        this.concurrency = spec.publishing().handlerConcurrency();
    }

    @Override
    public boolean accepts(String destination) {
        return this.handlers.find(destination) != null;
    }

    /** As many as have a thread, so that none spends its time in a queue. */
    @Override
    public int mostInFlight() {
        return this.concurrency;
    }

    @Override
    public void send(OutboxRecord message, Completion completion) {
        HandlerMethod handler = this.handlers.find(message.destination());
        if (handler == null) {
            throw new IllegalArgumentException("No event handler '%s'".formatted(message.destination()));
        }
        String key = (message.key() != null) ? message.key() : message.messageId();
        HandlerKey place = new HandlerKey(message.destination(), key);
        if (!this.running.add(place)) {
            completion.failed(
                    Failure.of(FailureCategory.TEMPORARY),
                    new IllegalStateException("%s still handles an earlier message of the key".formatted(handler)));
            return;
        }
        HandlerCall call =
                new HandlerCall(() -> handle(handler, message), completion, () -> this.running.remove(place));
        try {
            call.expireBy(this.time, this.timeout);
            this.executor.execute(call);
        } catch (RejectedExecutionException ex) {
            call.abandon(ex);
        }
    }

    /** Returns the failure, or {@code null} if the message is handled. */
    private @Nullable FailedCall handle(HandlerMethod handler, OutboxRecord message) {
        Map<String, String> headers = message.headers();
        try (Scope scope = Correlation.open(headers.get(Correlation.HEADER))) {
            handler.call(event(handler, message), headers);
            return null;
        } catch (DeadLetteredException ex) {
            // What is owed is kept by another entry of the dead letters now.
            return null;
        } catch (JacksonException ex) {
            return new FailedCall(Failure.of(FailureCategory.VALIDATION), ex);
        } catch (Throwable ex) {
            return new FailedCall(this.classification.apply(ex), ex);
        }
    }

    /** A row may have been written by older or newer code, or be the replay of a message of another version. */
    private Object event(HandlerMethod handler, OutboxRecord message) {
        EventReader.Origin origin = new EventReader.Origin(
                message.eventType(), message.eventVersion(), message.contentType(), message.destination());
        return this.reader.read(origin, message.payload(), handler.eventClass());
    }

    private record HandlerKey(String destination, String key) {}

    /** How a call failed. */
    record FailedCall(Failure failure, Throwable cause) {}
}
