package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

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
        if (!(this.codec.read(json.getBytes(StandardCharsets.UTF_8), Map.class) instanceof Map<?, ?> stored)) {
            throw new IllegalArgumentException("Stored headers are not a JSON object");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        stored.forEach((name, value) -> headers.put(String.valueOf(name), String.valueOf(value)));
        return headers;
    }
}
