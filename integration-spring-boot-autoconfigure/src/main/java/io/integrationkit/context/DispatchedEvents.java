package io.integrationkit.context;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events that are handed to a handler right now. Who gets a payload as an argument, and needs the id of its event,
 * finds the headers here. Bound to the thread of the call.
 */
public final class DispatchedEvents {

    private static final ThreadLocal<@Nullable DispatchedEvents> CURRENT = new ThreadLocal<>();

    private final Map<Object, Map<String, String>> headers = new IdentityHashMap<>();

    private DispatchedEvents() {}

    /**
     * Binds events to the thread.
     *
     * @param payloads what the handler gets, an object for each event
     * @param headers headers of the events, in the order of the payloads
     * @return closing it binds what was bound before
     */
    public static Scope open(List<?> payloads, List<Map<String, String>> headers) {
        DispatchedEvents dispatched = new DispatchedEvents();
        for (int i = 0; i < payloads.size(); i++) {
            dispatched.headers.put(payloads.get(i), headers.get(i));
        }
        DispatchedEvents outer = CURRENT.get();
        bind(dispatched);
        return () -> bind(outer);
    }

    /**
     * Returns a header of an event.
     *
     * @param payload the object that was handed to the handler
     * @param name name of the header, such as {@code ce_id}
     * @return its value, or {@code null} if the event has none, or the object is not the payload of an event of this thread
     */
    public static @Nullable String header(@Nullable Object payload, String name) {
        DispatchedEvents dispatched = CURRENT.get();
        Map<String, String> found = (dispatched != null && payload != null) ? dispatched.headers.get(payload) : null;
        return (found != null) ? found.get(name) : null;
    }

    private static void bind(@Nullable DispatchedEvents dispatched) {
        if (dispatched == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(dispatched);
        }
    }
}
