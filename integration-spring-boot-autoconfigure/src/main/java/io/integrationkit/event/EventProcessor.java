package io.integrationkit.event;

import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Hands events that came from elsewhere to the {@link EventHandler} methods of their type, each with the payload in the
 * version of its own class. Safe for use by any number of threads.
 *
 * <p>A handler that fails does not keep the others from being called. The event counts as handled when all of them have
 * handled it: otherwise the failure is thrown, and whoever delivers the event delivers it to all of them again. So that
 * this repeats nothing, each handler says {@code @Deduplicate} or {@code @Idempotent}: the id and source of the event are
 * the same on every delivery, also where the outbox of the same application delivers it. A crash between two handlers is
 * the same as a failure of the second one.
 *
 * <p>A single event is handled on the thread of the caller. That needs no transaction and begins none; inside of one, what
 * the handlers write belongs to it, and a failure of one handler undoes the work of all. The events of a batch are handled
 * on other threads, several at the same time, and each handler begins its own transaction or has none.
 */
public final class EventProcessor {

    private final EventHandlers handlers;

    private final EventReader reader;

    private final EventPolicies<UnknownTypePolicy> unknown;

    private final Function<Throwable, Failure> classification;

    private final HandlerCalls calls;

    private final Lanes lanes;

    private final LongAdder skipped = new LongAdder();

    /**
     * Creates a processor.
     *
     * @param handlers who handles events
     * @param reader reads payloads
     * @param unknown what becomes of events without a handler
     * @param classification says whether a failure may pass
     * @param tracing gives the call of each handler a span
     * @param concurrency how the events of a batch are handled at the same time
     */
    public EventProcessor(
            EventHandlers handlers,
            EventReader reader,
            EventPolicies<UnknownTypePolicy> unknown,
            Function<Throwable, Failure> classification,
            MessageTracing tracing,
            EventConcurrency concurrency) {
        this.handlers = handlers;
        this.reader = reader;
        this.unknown = unknown;
        this.classification = classification;
        this.calls = new HandlerCalls(tracing, classification);
        this.lanes = concurrency.lanes();
    }

    /**
     * Handles an event.
     *
     * @param event the event
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @throws ProblemException INT-320 if there is no handler and the policy is not to skip the event; otherwise what the
     *     reader says of a payload that cannot be read
     * @throws Exception what a handler throws; of several failures one that may pass, so that the event comes again, with the
     *     others as suppressed ones
     */
    public void process(ReceivedEvent event, @Nullable String destination) throws Exception {
        if (Correlation.current() != null) {
            handle(event, destination, (handler) -> true);
            return;
        }
        try (Scope own = Correlation.open(event.headers().get(Correlation.HEADER))) {
            handle(event, destination, (handler) -> true);
        }
    }

    /**
     * Handles several events, those of a key one after the other in their order, those of different keys at the same time.
     * Handlers that take a list get all events of their type at once. An event that fails keeps those of its key that stand behind
     * it from being begun, and no others. Returns when all that was begun has ended.
     *
     * @param events the events, in their order
     * @param key what has an order; {@code null} for an event that has its place nowhere
     * @param destination topic or other destination they come from, or {@code null} if there is none
     * @throws EventsNotHandledException if some are not handled, and which ones: deliver those again
     */
    public void process(
            Collection<ReceivedEvent> events,
            Function<? super ReceivedEvent, ? extends @Nullable Object> key,
            @Nullable String destination) {
        processAll(List.copyOf(events), (event) -> event, key, (event) -> destination);
    }

    <T> void processAll(
            List<T> items,
            Function<? super T, @Nullable ReceivedEvent> reading,
            Function<? super T, ? extends @Nullable Object> key,
            Function<? super T, @Nullable String> destinations) {
        EventBatch<T> batch = new EventBatch<>(this, items, destinations);
        this.lanes.run(batch.lanes(reading, key));
        batch.requireHandled();
    }

    /** What handlers of single events do with an event of a batch, or a message of it that is no event. */
    void processOfBatch(@Nullable ReceivedEvent event, @Nullable String destination) throws Exception {
        if (event == null) {
            unhandled(null, destination);
            return;
        }
        String carried = event.headers().get(Correlation.HEADER);
        try (Scope own = Correlation.open((carried != null) ? carried : Correlation.current())) {
            handle(event, destination, (handler) -> !handler.batch());
        }
    }

    List<HandlerMethod> batchHandlersOf(@Nullable ReceivedEvent event) {
        return (event == null)
                ? List.of()
                : this.handlers.of(event.type()).stream()
                        .filter(HandlerMethod::batch)
                        .toList();
    }

    /**
     * Decides on a message that is no event, or has no handler.
     *
     * @param type logical name of the event type, or {@code null} for a message that is no event
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @throws ProblemException INT-320 if the policy is not to skip it
     */
    void unhandled(@Nullable String type, @Nullable String destination) {
        UnknownTypePolicy policy = this.unknown.of(type, destination);
        if (policy == UnknownTypePolicy.SKIP) {
            this.skipped.increment();
            return;
        }
        String message =
                "%s%s has no @EventHandler here, and integration.events.unknown-types is %s for it: add a handler, or skip it"
                        .formatted(
                                (type != null) ? "Event type '" + type + "'" : "A message that is no CloudEvent",
                                (destination != null) ? " of " + destination : "",
                                policy.name().toLowerCase(Locale.ROOT));
        throw (policy == UnknownTypePolicy.PARK)
                ? EventRefusal.parked(ProblemCode.EVENT_HANDLER_MISSING, message)
                : EventRefusal.awaited(ProblemCode.EVENT_HANDLER_MISSING, message);
    }

    /**
     * Counts what was passed over.
     *
     * @return events without a handler, and messages that are no events, since this application runs
     */
    public long skipped() {
        return this.skipped.sum();
    }

    private void handle(ReceivedEvent event, @Nullable String destination, Predicate<HandlerMethod> which)
            throws Exception {
        List<HandlerMethod> found = this.handlers.of(event.type());
        if (found.isEmpty()) {
            unhandled(event.type(), destination);
        }
        List<Exception> failures = new ArrayList<>();
        for (HandlerMethod handler : found) {
            if (!which.test(handler)) {
                continue;
            }
            Exception failure = call(
                    handler,
                    event.headers()::get,
                    () -> handler.call(read(handler, event, destination), event.headers()));
            if (failure != null) {
                failures.add(failure);
            }
        }
        if (!failures.isEmpty()) {
            throw worst(failures);
        }
    }

    @Nullable
    Exception call(HandlerMethod handler, Function<String, @Nullable String> headers, HandlerCalls.Work work) {
        return this.calls.call(handler, headers, work);
    }

    Object read(HandlerMethod handler, ReceivedEvent event, @Nullable String destination) {
        try {
            return this.reader.read(event, destination, handler.eventClass());
        } catch (JacksonException ex) {
            throw new ProblemException(
                    ProblemCode.EVENT_MALFORMED,
                    FailureCategory.VALIDATION,
                    "The payload of %s does not fit %s, which event handler '%s' takes"
                            .formatted(event, handler.eventClass().getName(), handler.name()),
                    null,
                    ex);
        }
    }

    EventsNotHandledException notHandled(
            List<?> handled, List<?> notHandled, Map<Object, Exception> failed, List<Exception> failures) {
        Exception worst = failures.isEmpty() ? null : worst(failures);
        return new EventsNotHandledException(
                handled,
                notHandled,
                failed,
                (worst != null) ? this.classification.apply(worst) : Failure.of(FailureCategory.TEMPORARY),
                worst);
    }

    /** One that may pass goes before one that will not: as long as there is one, the event must come again. */
    Exception worst(List<Exception> failures) {
        Exception worst = failures.stream()
                .filter((failure) -> this.classification.apply(failure).retryable())
                .findFirst()
                .orElse(failures.get(0));
        for (Exception other : failures) {
            if (other != worst) {
                worst.addSuppressed(other);
            }
        }
        return worst;
    }
}
