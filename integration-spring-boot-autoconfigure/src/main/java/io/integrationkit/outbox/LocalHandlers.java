package io.integrationkit.outbox;

import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.HandlerMethod;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The event handlers of this application as destinations of its messages. */
record LocalHandlers(EventHandlers handlers) {

    private static final String PREFIX = "handler:";

    /** Names the handlers of an event type, whichever of its versions they take; empty if it has none. */
    List<String> destinationsOf(String type) {
        return this.handlers.of(type).stream()
                .map((handler) -> PREFIX + handler.name())
                .toList();
    }

    @Nullable
    HandlerMethod find(String destination) {
        return destination.startsWith(PREFIX) ? this.handlers.find(destination.substring(PREFIX.length())) : null;
    }

    int count() {
        return this.handlers.all().size();
    }
}
