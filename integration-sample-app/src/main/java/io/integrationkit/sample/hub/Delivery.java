package io.integrationkit.sample.hub;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A delivery whose signature was found right.
 *
 * @param id id GitHub gave it; the same when it is delivered again
 * @param event name of its event, such as {@code issues}
 * @param key what it is ordered by
 * @param action what happened, {@code null} for events without actions
 * @param body payload as it came
 */
public record Delivery(
        String id, String event, String key, @Nullable String action, JsonNode body) {

    /**
     * Reads key and action from the payload.
     *
     * @param id id of the delivery
     * @param event name of its event
     * @param body its payload, a JSON object
     * @return the delivery
     */
    public static Delivery of(String id, String event, JsonNode body) {
        return new Delivery(id, event, DeliveryKey.of(event, body), text(body.path("action")), body);
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }
}
