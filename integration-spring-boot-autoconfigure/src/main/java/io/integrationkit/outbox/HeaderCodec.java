package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.event.CloudEventHeaders;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Headers of a message as JSON text: an object of all of them or, where the CloudEvents attributes are those that the
 * other columns tell, an array of the source and an object of the others, if there are any. A row with 300 bytes of
 * payload so has a third less for the database to log, read and send.
 */
final class HeaderCodec {

    private final PayloadCodec codec;

    HeaderCodec(PayloadCodec codec) {
        this.codec = codec;
    }

    String write(OutboxRecord message) {
        Map<String, String> headers = message.headers();
        String source = headers.get(CloudEventHeaders.SOURCE);
        Map<String, String> told =
                (source != null) ? EventAttributes.of(message).headers(source) : null;
        if (source == null || told == null || !headers.entrySet().containsAll(told.entrySet())) {
            return text(headers);
        }
        Map<String, String> others = new LinkedHashMap<>(headers);
        others.keySet().removeAll(told.keySet());
        return text(others.isEmpty() ? List.of(source) : List.of(source, others));
    }

    private String text(Object value) {
        return new String(this.codec.write(value), StandardCharsets.UTF_8);
    }

    /** Throws a RuntimeException if the text is not what {@link #write} makes of such a message. */
    Map<String, String> read(String json, EventAttributes attributes) {
        return json.startsWith("[") ? array(json, attributes) : object(json);
    }

    private Map<String, String> array(String json, EventAttributes attributes) {
        int sourceEnd = json.indexOf('"', 2);
        boolean plain = json.indexOf('\\') < 0 && json.startsWith("[\"") && json.endsWith("]") && sourceEnd > 0;
        if (plain && sourceEnd == json.length() - 2) {
            return told(attributes, json.substring(2, sourceEnd));
        }
        if (plain && json.startsWith(",", sourceEnd + 1)) {
            Map<String, String> headers = told(attributes, json.substring(2, sourceEnd));
            headers.putAll(object(json.substring(sourceEnd + 2, json.length() - 1)));
            return headers;
        }
        if (!(parsed(json) instanceof List<?> stored)
                || stored.isEmpty()
                || stored.size() > 2
                || !(stored.get(0) instanceof String source)) {
            throw new IllegalArgumentException("Stored headers are not an array of a source and an object");
        }
        Map<String, String> headers = told(attributes, source);
        if (stored.size() > 1) {
            headers.putAll(texts(stored.get(1)));
        }
        return headers;
    }

    private static Map<String, String> told(EventAttributes attributes, String source) {
        Map<String, String> told = attributes.headers(source);
        if (told == null) {
            throw new IllegalArgumentException("Stored headers are those of an event, the other columns are not");
        }
        return told;
    }

    private Map<String, String> object(String json) {
        Map<String, String> plain = plainObject(json);
        return (plain != null) ? plain : texts(parsed(json));
    }

    private @Nullable Object parsed(String json) {
        return this.codec.read(json.getBytes(StandardCharsets.UTF_8), Object.class);
    }

    private static Map<String, String> texts(@Nullable Object parsed) {
        if (!(parsed instanceof Map<?, ?> stored)) {
            throw new IllegalArgumentException("Stored headers are not a JSON object");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        stored.forEach((name, value) -> headers.put(String.valueOf(name), String.valueOf(value)));
        return headers;
    }

    /** Reads what {@link #text} makes of headers without special characters; a few times faster than a JSON parser. */
    private static @Nullable Map<String, String> plainObject(String json) {
        int end = json.length() - 1;
        if (end < 1 || json.charAt(0) != '{' || json.charAt(end) != '}' || json.indexOf('\\') >= 0) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        int from = 1;
        while (from < end) {
            int nameEnd = json.indexOf('"', from + 1);
            if (json.charAt(from) != '"' || !json.startsWith("\":\"", nameEnd)) {
                return null;
            }
            int valueEnd = json.indexOf('"', nameEnd + 3);
            if (valueEnd < 0) {
                return null;
            }
            headers.put(json.substring(from + 1, nameEnd), json.substring(nameEnd + 3, valueEnd));
            from = valueEnd + 1;
            if (from < end && (json.charAt(from) != ',' || ++from == end)) {
                return null;
            }
        }
        return headers;
    }
}
