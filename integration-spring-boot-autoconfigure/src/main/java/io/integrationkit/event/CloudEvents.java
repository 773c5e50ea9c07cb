package io.integrationkit.event;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Recognises CloudEvents 1.0 in messages, in binary mode (attributes in headers {@code ce_…}) and in structured mode
 * (one JSON document, {@code content-type: application/cloudevents+json}). Safe for use by any number of threads.
 */
public final class CloudEvents {

    private static final String PREFIX = "ce_";

    /** Members of a structured event that are no attributes, or have a header of another name. */
    private static final Set<String> NO_ATTRIBUTES = Set.of("data", "data_base64", "datacontenttype");

    private final PayloadCodec codec;

    /**
     * Creates it.
     *
     * @param codec reads structured events
     */
    public CloudEvents(PayloadCodec codec) {
        this.codec = codec;
    }

    /**
     * Reads a message.
     *
     * @param headers its headers, by their names as they came
     * @param value its value, or {@code null} if it has none
     * @return the event, or {@code null} if the message is no CloudEvent
     * @throws ProblemException INT-319 if it wants to be one but is not: an attribute is missing or wrong, or the
     *     structured event is not JSON
     */
    public @Nullable ReceivedEvent read(Map<String, String> headers, byte @Nullable [] value) {
        String contentType = contentType(headers);
        if (contentType != null && MediaTypes.isOtherStructured(contentType)) {
            throw malformed(
                    "is %s; of the structured formats only %s is read".formatted(contentType, MediaTypes.STRUCTURED));
        }
        byte[] bytes = (value != null) ? value : new byte[0];
        if (contentType != null && MediaTypes.isStructured(contentType)) {
            return structured(headers, bytes);
        }
        return headers.containsKey(CloudEventHeaders.SPEC_VERSION) ? event(headers, contentType, bytes) : null;
    }

    private static @Nullable String contentType(Map<String, String> headers) {
        String exact = headers.get(CloudEventHeaders.CONTENT_TYPE);
        if (exact != null) {
            return exact;
        }
        return headers.entrySet().stream()
                .filter((header) -> header.getKey().equalsIgnoreCase(CloudEventHeaders.CONTENT_TYPE))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private ReceivedEvent structured(Map<String, String> headers, byte[] value) {
        JsonNode document;
        try {
            document = this.codec.readTree(value);
        } catch (JacksonException ex) {
            throw malformed("is no JSON, although its content type says so");
        }
        if (!document.isObject()) {
            throw malformed("is no JSON object, although its content type says so");
        }
        Map<String, String> all = new LinkedHashMap<>(headers);
        document.properties().forEach((member) -> {
            if (!NO_ATTRIBUTES.contains(member.getKey()) && member.getValue().isValueNode()) {
                all.put(PREFIX + member.getKey(), member.getValue().asString());
            }
        });
        String dataType = document.path("datacontenttype").asStringOpt().orElse("application/json");
        all.keySet().removeIf((name) -> name.equalsIgnoreCase(CloudEventHeaders.CONTENT_TYPE));
        all.put(CloudEventHeaders.CONTENT_TYPE, dataType);
        return event(all, dataType, data(document, dataType));
    }

    private byte[] data(JsonNode document, String dataType) {
        JsonNode base64 = document.get("data_base64");
        if (base64 != null) {
            try {
                return Base64.getDecoder().decode(base64.asString());
            } catch (IllegalArgumentException ex) {
                throw malformed("has a data_base64 that is no Base64");
            }
        }
        JsonNode data = document.get("data");
        if (data == null) {
            return new byte[0];
        }
        // Text of another media type is quoted to fit into the document; JSON stands in it as it is.
        return (data.isString() && !MediaTypes.isJson(dataType))
                ? data.stringValue().getBytes(StandardCharsets.UTF_8)
                : this.codec.write(data);
    }

    private static ReceivedEvent event(Map<String, String> headers, @Nullable String contentType, byte[] data) {
        String specVersion = required(headers, CloudEventHeaders.SPEC_VERSION);
        if (!specVersion.equals(CloudEventHeaders.SPEC_VERSION_1_0)) {
            throw malformed("is of version '%s' of CloudEvents; %s is read"
                    .formatted(specVersion, CloudEventHeaders.SPEC_VERSION_1_0));
        }
        return new ReceivedEvent(
                required(headers, CloudEventHeaders.ID),
                required(headers, CloudEventHeaders.SOURCE),
                required(headers, CloudEventHeaders.TYPE),
                version(headers.get(CloudEventHeaders.DATA_VERSION)),
                time(headers.get(CloudEventHeaders.TIME)),
                contentType,
                data,
                headers);
    }

    private static String required(Map<String, String> headers, String name) {
        String value = headers.get(name);
        if (value == null || value.isEmpty()) {
            throw malformed("has no %s".formatted(name));
        }
        return value;
    }

    private static int version(@Nullable String text) {
        if (text == null) {
            return 1;
        }
        try {
            int version = Integer.parseInt(text);
            if (version > 0) {
                return version;
            }
        } catch (NumberFormatException ex) {
            // Said below.
        }
        throw malformed("has a %s that is no whole number from 1 on".formatted(CloudEventHeaders.DATA_VERSION));
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return (text != null) ? OffsetDateTime.parse(text).toInstant() : null;
        } catch (DateTimeException ex) {
            throw malformed("has a %s that is no RFC 3339 time".formatted(CloudEventHeaders.TIME));
        }
    }

    private static ProblemException malformed(String what) {
        return new ProblemException(
                ProblemCode.EVENT_MALFORMED,
                FailureCategory.VALIDATION,
                "A message that is marked as CloudEvent " + what);
    }
}
