package io.integrationkit.sample.hub;

import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** Posts messages to the chat; its time-outs are those of {@code spring.http.clients}. */
@Component
class ChatClient {

    private final RestClient client;

    private final ChatEndpoint endpoint;

    ChatClient(RestClient.Builder builder, ChatEndpoint endpoint) {
        this.client = builder.build();
        this.endpoint = endpoint;
    }

    void post(ChatMessage message, String idempotencyKey) {
        this.client
                .post()
                .uri(this.endpoint.url())
                .header("Idempotency-Key", idempotencyKey)
                .contentType(MediaType.APPLICATION_JSON)
                .body(message)
                .retrieve()
                .toBodilessEntity();
    }
}
