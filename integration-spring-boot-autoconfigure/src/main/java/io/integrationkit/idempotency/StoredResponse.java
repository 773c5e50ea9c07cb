package io.integrationkit.idempotency;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;

/**
 * An HTTP response as it is stored: its body by the type that the method declares, so that it is written anew in
 * whatever form the next request asks for.
 *
 * @param status its status
 * @param headers those of its headers that are repeated
 * @param body its body, or {@code null} if it has none
 * @param <T> type of the body
 */
record StoredResponse<T>(
        int status,
        Map<String, List<String>> headers,
        @Nullable T body) {

    static StoredResponse<?> of(ResponseEntity<?> response, List<String> replayedHeaders) {
        Map<String, List<String>> kept = new LinkedHashMap<>();
        response.getHeaders().forEach((name, values) -> {
            if (replayedHeaders.contains(name.toLowerCase(Locale.ROOT))) {
                kept.put(name, List.copyOf(values));
            }
        });
        return new StoredResponse<>(response.getStatusCode().value(), kept, response.getBody());
    }

    /** The type to write and read responses by, given that of their bodies. */
    static ResolvableType ofBody(ResolvableType body) {
        return ResolvableType.forClassWithGenerics(StoredResponse.class, body);
    }

    /** What the method returns again; with the headers that may be repeated now, whatever was stored. */
    ResponseEntity<?> toResponse(List<String> replayedHeaders) {
        HttpHeaders repeated = new HttpHeaders();
        this.headers.forEach((name, values) -> {
            if (replayedHeaders.contains(name.toLowerCase(Locale.ROOT))) {
                repeated.addAll(name, values);
            }
        });
        return ResponseEntity.status(this.status).headers(repeated).body(this.body);
    }
}
