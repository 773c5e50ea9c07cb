package io.integrationkit.deadletter;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to send again, as it was stored.
 *
 * @param destination where it was going
 * @param key ordering key, or {@code null} if it has none
 * @param messageId id of the message; it must stay, so that consumers recognise what they have already handled
 * @param eventType logical type of the event it carries, or {@code null} if it carries none
 * @param eventVersion version of that type
 * @param contentType media type of the payload, or {@code null} if unknown
 * @param headers headers, in text; copied
 * @param payload the bytes; copied
 */
public record ReplayedMessage(
        String destination,
        @Nullable String key,
        String messageId,
        @Nullable String eventType,
        int eventVersion,
        @Nullable String contentType,
        Map<String, String> headers,
        byte[] payload) {

    public ReplayedMessage {
        headers = Map.copyOf(headers);
        payload = payload.clone();
    }

    @Override
    public byte[] payload() {
        return this.payload.clone();
    }

    /** Tells neither key, headers, payload nor what an exception says: who logs a message must not log a secret. */
    @Override
    public String toString() {
        return "ReplayedMessage[destination=%s, messageId=%s, eventType=%s, %d headers, %d bytes]"
                .formatted(this.destination, this.messageId, this.eventType, this.headers.size(), this.payload.length);
    }
}
