package io.integrationkit.outbox;

import io.integrationkit.event.CloudEventHeaders;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the columns of a message tell about its event, which is all of its CloudEvents attributes but the source.
 *
 * @param messageId id of the message
 * @param type logical name of the event type, or {@code null} for a foreign message
 * @param version version of the event type
 * @param contentType media type of the payload, or {@code null} for a foreign message
 */
record EventAttributes(
        String messageId,
        @Nullable String type,
        int version,
        @Nullable String contentType) {

    static EventAttributes of(OutboxRecord message) {
        return new EventAttributes(
                message.messageId(), message.eventType(), message.eventVersion(), message.contentType());
    }

    /** The headers of such an event from that source, modifiable; {@code null} if something is not known. */
    @Nullable
    Map<String, String> headers(String source) {
        Instant time = MessageIds.timeOf(this.messageId);
        return (time != null && this.type != null && this.contentType != null)
                ? CloudEventHeaders.of(this.messageId, source, this.type, this.version, time, this.contentType)
                : null;
    }
}
