package io.integrationkit.sample.demo;

/**
 * A delivery to send.
 *
 * @param id its id
 * @param event name of its event
 * @param key what the hub must order it by
 * @param body its payload in UTF-8; shared, never changed
 */
@SuppressWarnings("ArrayRecordComponent")
public record WebhookDelivery(String id, String event, String key, byte[] body) {

    WebhookDelivery withId(String freshId) {
        return new WebhookDelivery(freshId, this.event, this.key, this.body);
    }
}
