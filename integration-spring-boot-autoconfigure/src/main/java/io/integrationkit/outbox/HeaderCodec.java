package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers as JSON text. */
final class HeaderCodec {

    private final PayloadCodec codec;

    HeaderCodec(PayloadCodec codec) {
        this.codec = codec;
    }

    String write(Map<String, String> headers) {
        return new String(this.codec.write(headers), StandardCharsets.UTF_8);
    }

    /** Throws a RuntimeException if the text is not a JSON object of texts. */
    Map<String, String> read(String json) {
        Map<String, String> plain = readPlain(json);
        if (plain != null) {
            return plain;
        }
        if (!(this.codec.read(json.getBytes(StandardCharsets.UTF_8), Map.class) instanceof Map<?, ?> stored)) {
            throw new IllegalArgumentException("Stored headers are not a JSON object");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        stored.forEach((name, value) -> headers.put(String.valueOf(name), String.valueOf(value)));
        return headers;
    }

    /** Reads what {@link #write} makes of headers without special characters; a few times faster than a JSON parser. */
    private static @Nullable Map<String, String> readPlain(String json) {
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
