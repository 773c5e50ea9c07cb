package io.integrationkit.event;

import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.deduplicate.DuplicateMessageException;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Hands an event that came from elsewhere to the {@link EventHandler} methods of its type, each with the payload in the
 * version of its own class. Calls them one after the other on the thread of the caller; safe for use by any number of
 * threads.
 *
 * <p>A handler that fails does not keep the others from being called. The event counts as handled when all of them have
 * handled it: otherwise the failure is thrown, and whoever delivers the event delivers it to all of them again. So that
 * this repeats nothing, each handler says {@code @Deduplicate} or {@code @Idempotent}: the id and source of the event are
 * the same on every delivery, also where the outbox of the same application delivers it. A crash between two handlers is
 * the same as a failure of the second one.
 *
 * <p>Needs no transaction and begins none. Inside of one, what the handlers write belongs to it, and a failure of one
 * handler undoes the work of all.
 */
public final class EventProcessor {

    private final EventHandlers handlers;

    private final EventReader reader;

    private final EventPolicies<UnknownTypePolicy> unknown;

    private final Function<Throwable, Failure> classification;

    private final LongAdder skipped = new LongAdder();

    /**
     * Creates a processor.
     *
     * @param handlers who handles events
     * @param reader reads payloads
     * @param unknown what becomes of events without a handler
     * @param classification says whether a failure may pass
     */
    public EventProcessor(
            EventHandlers handlers,
            EventReader reader,
            EventPolicies<UnknownTypePolicy> unknown,
            Function<Throwable, Failure> classification) {
        this.handlers = handlers;
        this.reader = reader;
        this.unknown = unknown;
        this.classification = classification;
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
        List<HandlerMethod> found = this.handlers.of(event.type());
        if (found.isEmpty()) {
            unhandled(event.type(), destination);
            return;
        }
        List<Exception> failures = new ArrayList<>();
        Scope own = (Correlation.current() == null)
                ? Correlation.open(event.headers().get(Correlation.HEADER))
                : null;
        try {
            for (HandlerMethod handler : found) {
                Exception failure = handle(handler, event, destination);
                if (failure != null) {
                    failures.add(failure);
                }
            }
        } finally {
            if (own != null) {
                own.close();
            }
        }
        if (!failures.isEmpty()) {
            throw worst(failures);
        }
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

    private @Nullable Exception handle(HandlerMethod handler, ReceivedEvent event, @Nullable String destination) {
        try {
            handler.call(this.reader.read(event, destination, handler.eventClass()), event.headers());
            return null;
        } catch (DuplicateMessageException | DeadLetteredException ex) {
            // Handled before, or owed by an entry of its own.
            return null;
        } catch (JacksonException ex) {
            return new ProblemException(
                    ProblemCode.EVENT_MALFORMED,
                    FailureCategory.VALIDATION,
                    "The payload of %s does not fit %s, which event handler '%s' takes"
                            .formatted(event, handler.eventClass().getName(), handler.name()),
                    null,
                    ex);
        } catch (Exception ex) {
            return ex;
        } catch (Error ex) {
            throw ex;
        } catch (Throwable ex) {
            return new IllegalStateException("Event handler '%s' failed".formatted(handler.name()), ex);
        }
    }

    /** One that may pass goes before one that will not: as long as there is one, the event must come again. */
    private Exception worst(List<Exception> failures) {
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
