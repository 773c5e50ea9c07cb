package io.integrationkit.deadletter;

import io.integrationkit.failure.Failure;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to store because it could not be delivered or handled.
 *
 * @param destination where it was going
 * @param key ordering key, or {@code null} if it has none
 * @param messageId id of the message, the same on every delivery
 * @param eventType logical type of the event it carries, or {@code null} if it carries none
 * @param eventVersion version of that type
 * @param contentType media type of the payload, or {@code null} if unknown
 * @param headers headers, in text; copied
 * @param payload the bytes; copied
 * @param failure how the last attempt failed
 * @param cause exception of the last attempt; a {@link ReportedFailure} if only its texts are known
 * @param attempts number of attempts since it was stored last
 */
public record DeadLetterMessage(
        String destination,
        @Nullable String key,
        String messageId,
        @Nullable String eventType,
        int eventVersion,
        @Nullable String contentType,
        Map<String, String> headers,
        byte[] payload,
        Failure failure,
        Throwable cause,
        int attempts) {

    public DeadLetterMessage {
        headers = Map.copyOf(headers);
        payload = payload.clone();
    }

    /**
     * Returns the id of the entry this message becomes or updates.
     *
     * @return the same for the same destination, message id and source
     */
    public String entryId() {
        return GivenUp.id(this);
    }

    @Override
    public byte[] payload() {
        return this.payload.clone();
    }

    /** Tells neither key, headers, payload nor what an exception says: who logs a message must not log a secret. */
    @Override
    public String toString() {
        return "DeadLetterMessage[destination=%s, messageId=%s, eventType=%s, %d headers, %d bytes]"
                .formatted(this.destination, this.messageId, this.eventType, this.headers.size(), this.payload.length);
    }
}
