package io.integrationkit.autoconfigure.idempotency;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends requests as any client does. */
final class ShopClient {

    static final String ORDER = "{\"article\":\"tea\",\"amount\":1}";

    private final HttpClient client = HttpClient.newHttpClient();

    private final URI base;

    ShopClient(ConfigurableApplicationContext application) {
        this.base = URI.create("http://localhost:"
                + Objects.requireNonNull(application.getEnvironment().getProperty("local.server.port")));
    }

    Answer order(@Nullable String key) throws Exception {
        return post("/orders", key, ORDER);
    }

    Answer post(String path, @Nullable String key, String body) throws Exception {
        HttpRequest.Builder request = request(path, body);
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return send(request);
    }

    HttpRequest.Builder request(String path, String body) {
        return HttpRequest.newBuilder(this.base.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new Answer(this.client.send(request.build(), BodyHandlers.ofString()));
    }

    record Answer(HttpResponse<String> response) {

        int status() {
            return this.response.statusCode();
        }

        String body() {
            return this.response.body();
        }

        Optional<String> header(String name) {
            return this.response.headers().firstValue(name);
        }

        boolean replayed() {
            return header("Idempotent-Replayed").equals(Optional.of("true"));
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body());
        }

        String problem() {
            return header("Content-Type").orElse("").startsWith("application/problem+json")
                    ? json().path("type").asString()
                    : "no problem detail";
        }
    }
}
