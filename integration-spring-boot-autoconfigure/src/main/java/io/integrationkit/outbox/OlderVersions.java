package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.EventVersions;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes messages of the version that is published, where that is an older one than the event's class has. */
final class OlderVersions {

    private final EventVersions versions;

    private final PayloadCodec codec;

    OlderVersions(EventVersions versions, PayloadCodec codec) {
        this.versions = versions;
        this.codec = codec;
    }

    /** Returns the message itself if it is published as it is. */
    OutboxRecord of(OutboxRecord message) {
        String type = message.eventType();
        int version = (type != null) ? this.versions.published(type, message.eventVersion()) : message.eventVersion();
        if (type == null || version == message.eventVersion()) {
            return message;
        }
        Map<String, String> headers = new LinkedHashMap<>(message.headers());
        headers.put(CloudEventHeaders.DATA_VERSION, Integer.toString(version));
        byte[] payload = this.codec.write(
                this.versions.convert(type, message.eventVersion(), version, this.codec.readTree(message.payload())));
        return new OutboxRecord(
                message.messageId(),
                message.destination(),
                message.key(),
                type,
                version,
                message.contentType(),
                headers,
                payload);
    }
}
