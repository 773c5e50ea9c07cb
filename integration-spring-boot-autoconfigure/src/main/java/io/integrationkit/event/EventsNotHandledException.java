package io.integrationkit.event;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.IntegrationException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Some events of a batch are not handled; all others are, for good. Category and cause are those of a failure that may
 * pass, if there is one. Events are found by identity: ask with the objects the batch consisted of.
 */
public class EventsNotHandledException extends IntegrationException {

    private static final long serialVersionUID = 1L;

    private final transient Set<Object> handled = Collections.newSetFromMap(new IdentityHashMap<>());

    private final transient List<Object> notHandled;

    private final transient Map<Object, Exception> failures;

    EventsNotHandledException(
            Collection<?> handled,
            Collection<?> notHandled,
            Map<Object, Exception> failures,
            Failure failure,
            @Nullable Exception cause) {
        super(
                "%d of %d events of a batch are not handled: %d failed, others were not begun or stand behind those"
                        .formatted(notHandled.size(), handled.size() + notHandled.size(), failures.size()),
                failure.category(),
                failure.retryable(),
                failure.retryAfter(),
                cause);
        this.handled.addAll(handled);
        this.notHandled = List.copyOf(notHandled);
        this.failures = new IdentityHashMap<>(failures);
    }

    /**
     * Tells whether an event was handled.
     *
     * @param item event or record, as it was given to the processor
     * @return whether all its handlers have handled it; {@code false} if it was not in the batch
     */
    public boolean handled(Object item) {
        return this.handled.contains(item);
    }

    /**
     * Returns what is left to do.
     *
     * @return the events or records that are not handled, in their order
     */
    public List<Object> notHandled() {
        return new ArrayList<>(this.notHandled);
    }

    /**
     * Returns how an event failed.
     *
     * @param item event or record, as it was given to the processor
     * @return the failure, of several one that may pass; {@code null} if it was handled, was not begun, or one of its handlers
     *     failed with several events of which nobody knows which it was
     */
    public @Nullable Exception failureOf(Object item) {
        return this.failures.get(item);
    }
}
