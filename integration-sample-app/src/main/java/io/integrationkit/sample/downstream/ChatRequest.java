package io.integrationkit.sample.downstream;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A message somebody wants posted. */
record ChatRequest(
        String deliveryId,
        String key,
        long sequence,
        @Nullable String idempotencyKey) {

    private static final JsonMapper JSON = new JsonMapper();

    static @Nullable ChatRequest read(HttpRequest request) {
        try {
            JsonNode body = JSON.readTree(request.body());
            String deliveryId = body.path("deliveryId").asString("");
            if (deliveryId.isEmpty()) {
                return null;
            }
            return new ChatRequest(
                    deliveryId,
                    body.path("key").asString(""),
                    body.path("sequence").asLong(0),
                    request.headers().get("idempotency-key"));
        } catch (JacksonException ex) {
            return null;
        }
    }
}
