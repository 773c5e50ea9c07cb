package io.integrationkit.outbox;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to a destination.
 *
 * @param messageId id of the message, the same on every delivery
 * @param destination where it goes
 * @param key key within which order is kept, or {@code null} for none
 * @param eventType logical name of the event type, or {@code null} for a foreign message that is replayed
 * @param eventVersion version of the event type
 * @param contentType media type of the payload, or {@code null} for a foreign message that is replayed
 * @param headers headers to send: CloudEvents attributes, correlation id and those of the publisher
 * @param payload the bytes; not copied, treat them as read-only
 */
public record OutboxRecord(
        String messageId,
        String destination,
        @Nullable String key,
        @Nullable String eventType,
        int eventVersion,
        @Nullable String contentType,
        Map<String, String> headers,
        byte[] payload) {

    /** Returns the same message on its way to another destination. */
    OutboxRecord to(String other) {
        return new OutboxRecord(
                this.messageId,
                other,
                this.key,
                this.eventType,
                this.eventVersion,
                this.contentType,
                this.headers,
                this.payload);
    }

    /** Bytes of payload, key and headers together. */
    long size() {
        long size = this.payload.length + utf8(this.key);
        for (Map.Entry<String, String> header : this.headers.entrySet()) {
            size += utf8(header.getKey()) + utf8(header.getValue());
        }
        return size;
    }

    private static long utf8(@Nullable String text) {
        return (text != null) ? text.getBytes(StandardCharsets.UTF_8).length : 0;
    }

    /** Names message, type, destination and key; never headers or payload. */
    @Override
    public String toString() {
        return "OutboxRecord[%s, %s v%d to %s, key %s]"
                .formatted(this.messageId, this.eventType, this.eventVersion, this.destination, this.key);
    }
}
