package io.integrationkit.event;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as it came, before its payload is read.
 *
 * @param id id of the event; unique together with the source
 * @param source which application published it
 * @param type logical name of the event type
 * @param version version of the event type; 1 if the publisher named none
 * @param time when it was published, or {@code null} if the publisher did not say
 * @param contentType media type of the payload, or {@code null} if the publisher did not say; then it is JSON
 * @param data the payload; empty if there is none; not copied, treat it as read-only
 * @param headers all headers and attributes, the attributes under their names of the binary mode ({@code ce_id}) however
 *     they came; unmodifiable
 */
public record ReceivedEvent(
        String id,
        String source,
        String type,
        int version,
        @Nullable Instant time,
        @Nullable String contentType,
        byte[] data,
        Map<String, String> headers) {

    public ReceivedEvent {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** Names id, source and type; never headers or payload. */
    @Override
    public String toString() {
        return "ReceivedEvent[%s of %s, %s v%d]".formatted(this.id, this.source, this.type, this.version);
    }
}
