package io.integrationkit.sample.hub;

import org.jspecify.annotations.Nullable;

/**
 * What the chat is told.
 *
 * @param deliveryId id of the delivery
 * @param key what it is ordered by
 * @param sequence its place among the deliveries of its key
 * @param event name of its event
 * @param action what happened, {@code null} for events without actions
 * @param sender what who caused it is called, {@code null} for events of nobody
 */
record ChatMessage(
        String deliveryId,
        String key,
        long sequence,
        String event,
        @Nullable String action,
        @Nullable String sender) {

    static ChatMessage of(GithubEvent event, @Nullable String sender) {
        return new ChatMessage(
                event.deliveryId(), event.key(), event.sequence(), event.event(), event.action(), sender);
    }
}
