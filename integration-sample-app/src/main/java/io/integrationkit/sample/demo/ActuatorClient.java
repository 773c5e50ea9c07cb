package io.integrationkit.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks to the hub's Actuator endpoints as an operator would. */
final class ActuatorClient {

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI base;

    ActuatorClient(URI base) {
        this.base = base;
    }

    JsonNode get(String path) {
        return send(request(path).GET().build());
    }

    /** The count of a meter, 0 if there is no such meter yet. */
    long count(String path) {
        for (JsonNode measurement : read(request(path).GET().build(), true).path("measurements")) {
            if (measurement.path("statistic").asString("").equals("COUNT")) {
                return measurement.path("value").asLong();
            }
        }
        return 0;
    }

    JsonNode post(String path, String json) {
        return send(request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(this.base + path)).timeout(TIMEOUT);
    }

    private JsonNode send(HttpRequest request) {
        return read(request, false);
    }

    private JsonNode read(HttpRequest request, boolean mayBeMissing) {
        try {
            HttpResponse<byte[]> response = this.client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (mayBeMissing && response.statusCode() == 404) {
                return JSON.missingNode();
            }
            if (response.statusCode() != 200) {
                throw new IOException("HTTP %d from %s".formatted(response.statusCode(), request.uri()));
            }
            return JSON.readTree(response.body());
        } catch (IOException ex) {
            throw new HubUnreachableException("Actuator", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new HubUnreachableException("Actuator", ex);
        }
    }
}
