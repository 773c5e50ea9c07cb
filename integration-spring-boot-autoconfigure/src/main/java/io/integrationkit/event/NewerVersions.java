package io.integrationkit.event;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events that are newer than this application.
 *
 * @param others for everything that is not named
 * @param named by event type or by destination; copied
 */
public record NewerVersions(NewerVersionPolicy others, Map<String, NewerVersionPolicy> named) {

    public NewerVersions {
        named = Map.copyOf(named);
    }

    /**
     * Returns the policy for an event. That of the type is asked before that of the destination.
     *
     * @param type logical name of the event type
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @return the policy
     */
    public NewerVersionPolicy of(String type, @Nullable String destination) {
        NewerVersionPolicy policy = this.named.get(type);
        if (policy == null && destination != null) {
            policy = this.named.get(destination);
        }
        return (policy != null) ? policy : this.others;
    }
}
