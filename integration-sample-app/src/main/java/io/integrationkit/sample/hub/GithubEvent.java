package io.integrationkit.sample.hub;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the hub publishes of a delivery.
 *
 * @param deliveryId id of the delivery
 * @param sequence its place among the deliveries of its key
 * @param key what it is ordered by
 * @param event name of its event
 * @param action what happened, {@code null} for events without actions
 * @param body payload as it came
 */
public record GithubEvent(
        String deliveryId,
        long sequence,
        String key,
        String event,
        @Nullable String action,
        JsonNode body) {

    /** Topic the events are published to. */
    public static final String TOPIC = "github-events";

    /** Version of this record's shape. */
    public static final int VERSION = 1;

    /** Login of who caused it, or {@code null}. */
    @Nullable
    String senderLogin() {
        JsonNode login = this.body.path("sender").path("login");
        return login.isString() ? login.stringValue() : null;
    }

    static GithubEvent of(Delivery delivery, long sequence) {
        return new GithubEvent(
                delivery.id(), sequence, delivery.key(), delivery.event(), delivery.action(), delivery.body());
    }
}
