package io.integrationkit.sample.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the hub for notes as any client would: it knows HTTP and JSON, and nothing of what is behind them. */
record NoteClient(URI base) {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final Pattern DESCRIBED_BY = Pattern.compile("<([^>]+)>; rel=\"describedby\"");

    static NoteClient of(Environment environment) {
        return new NoteClient(URI.create("http://localhost:" + environment.getRequiredProperty("local.server.port")));
    }

    /** Sends a note with one header field for each of the values. */
    Answer add(String draft, String... keys) throws Exception {
        HttpRequest.Builder request = note(draft);
        for (String key : keys) {
            request.header("Idempotency-Key", key);
        }
        return send(request);
    }

    HttpRequest.Builder note(String draft) {
        return request("/api/notes").header("Content-Type", "application/json").POST(BodyPublishers.ofString(draft));
    }

    /** A request for what is at an address, which may be relative as in {@code Location} and {@code Link}. */
    HttpRequest.Builder request(String address) {
        return HttpRequest.newBuilder(this.base.resolve(address)).timeout(Duration.ofSeconds(30));
    }

    Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
        return new Answer(response.statusCode(), response);
    }

    /** What came back. */
    record Answer(int status, HttpResponse<String> response) {

        String body() {
            return this.response.body();
        }

        Optional<String> header(String name) {
            return this.response.headers().firstValue(name);
        }

        String location() {
            return header("Location").orElseThrow();
        }

        boolean replayed() {
            return header("Idempotent-Replayed").equals(Optional.of("true"));
        }

        /** The type of the problem, or nothing if the body is none. */
        Optional<String> problem() {
            return header("Content-Type")
                    .filter((type) -> type.startsWith("application/problem+json"))
                    .map((type) -> json().path("type").asString());
        }

        /** Where the server says that its documentation is. */
        Optional<String> documentation() {
            return header("Link")
                    .map(DESCRIBED_BY::matcher)
                    .filter(Matcher::matches)
                    .map((link) -> link.group(1));
        }

        JsonNode json() {
            return JsonMapper.shared().readTree(body());
        }
    }
}
