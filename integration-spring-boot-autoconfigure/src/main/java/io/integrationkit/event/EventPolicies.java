package io.integrationkit.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events that cannot be handled as they are, by type or by where they come from.
 *
 * @param others for everything that is not named
 * @param named by event type or by destination; copied
 * @param <P> what may be chosen
 */
public record EventPolicies<P>(P others, Map<String, P> named) {

    public EventPolicies {
        named = Map.copyOf(named);
    }

    /**
     * Returns the policy for an event. That of the type is asked before that of the destination.
     *
     * @param type logical name of the event type, or {@code null} for a message that is no event
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @return the policy
     */
    public P of(@Nullable String type, @Nullable String destination) {
        P policy = (type != null) ? this.named.get(type) : null;
        if (policy == null && destination != null) {
            policy = this.named.get(destination);
        }
        return (policy != null) ? policy : this.others;
    }
}
