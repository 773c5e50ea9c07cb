package io.integrationkit.outbox;

import io.integrationkit.event.CloudEventHeaders;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A message to publish whose event has no class of its own. Immutable; each {@code with} returns a copy. */
public final class OutboxMessage {

    /** Content type of payloads that are written as JSON. */
    public static final String JSON = "application/json";

    private final String type;

    private final int version;

    private final String destination;

    private final @Nullable String key;

    private final Object payload;

    private final String contentType;

    private final Map<String, String> headers;

    private OutboxMessage(
            String type,
            int version,
            String destination,
            @Nullable String key,
            Object payload,
            String contentType,
            Map<String, String> headers) {
        this.type = required("type", type);
        this.destination = required("destination", destination);
        this.contentType = required("contentType", contentType);
        this.payload = Objects.requireNonNull(payload, "'payload' must not be null");
        if (version < 1) {
            throw new IllegalArgumentException("'version' must be at least 1 but is " + version);
        }
        this.version = version;
        this.key = key;
        this.headers = headers;
    }

    private static String required(String name, String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException("'" + name + "' must not be blank");
        }
        return value;
    }

    /**
     * Creates a message of version 1, without key and headers of its own.
     *
     * @param type logical name of the event type, such as {@code github.push}
     * @param destination where it goes, such as the name of a Kafka topic
     * @param payload a {@code byte[]} is sent as it is, anything else as the JSON that Jackson makes of it (a
     *     {@code String} becomes a JSON string)
     * @return the message
     */
    public static OutboxMessage of(String type, String destination, Object payload) {
        return new OutboxMessage(type, 1, destination, null, payload, JSON, Map.of());
    }

    /**
     * Returns a copy with another version of the event type.
     *
     * @param newVersion the version, at least 1
     * @return the copy
     */
    public OutboxMessage withVersion(int newVersion) {
        return new OutboxMessage(
                this.type, newVersion, this.destination, this.key, this.payload, this.contentType, this.headers);
    }

    /**
     * Returns a copy with another key.
     *
     * @param newKey key within which order is kept, or {@code null} for none
     * @return the copy
     */
    public OutboxMessage withKey(@Nullable String newKey) {
        return new OutboxMessage(
                this.type, this.version, this.destination, newKey, this.payload, this.contentType, this.headers);
    }

    /**
     * Returns a copy with another media type; for payloads that are bytes.
     *
     * @param newContentType the media type
     * @return the copy
     */
    public OutboxMessage withContentType(String newContentType) {
        return new OutboxMessage(
                this.type, this.version, this.destination, this.key, this.payload, newContentType, this.headers);
    }

    /**
     * Returns a copy with one more header, or another value of it.
     *
     * @param name name of the header; not one of {@link CloudEventHeaders}, which are written for every message
     * @param value its value
     * @return the copy
     * @throws IllegalArgumentException if the name is reserved
     */
    public OutboxMessage withHeader(String name, String value) {
        if (CloudEventHeaders.reserved(required("name", name))) {
            throw new IllegalArgumentException("The header '" + name + "' is written by the outbox itself");
        }
        Map<String, String> more = new LinkedHashMap<>(this.headers);
        more.put(name, value);
        return new OutboxMessage(
                this.type, this.version, this.destination, this.key, this.payload, this.contentType, more);
    }

    /**
     * Returns the event type.
     *
     * @return logical name of the event type
     */
    public String type() {
        return this.type;
    }

    /**
     * Returns the version.
     *
     * @return version of the event type
     */
    public int version() {
        return this.version;
    }

    /**
     * Returns where the message goes.
     *
     * @return the destination
     */
    public String destination() {
        return this.destination;
    }

    /**
     * Returns the key.
     *
     * @return key within which order is kept, or {@code null} for none
     */
    public @Nullable String key() {
        return this.key;
    }

    /**
     * Returns the payload.
     *
     * @return what was given; bytes are not copied
     */
    public Object payload() {
        return this.payload;
    }

    /**
     * Returns the media type.
     *
     * @return media type of the payload
     */
    public String contentType() {
        return this.contentType;
    }

    /**
     * Returns the headers.
     *
     * @return the headers given to this message, in their order; unmodifiable
     */
    public Map<String, String> headers() {
        return Collections.unmodifiableMap(this.headers);
    }

    /** Names type, destination and key; never the payload. */
    @Override
    public String toString() {
        return "OutboxMessage[%s v%d to %s, key %s]".formatted(this.type, this.version, this.destination, this.key);
    }
}
