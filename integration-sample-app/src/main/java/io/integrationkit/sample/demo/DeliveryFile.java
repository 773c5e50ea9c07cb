package io.integrationkit.sample.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recorded deliveries, one JSON object a line: {@code {"id": …, "event": …, "body": …}}; other fields are ignored. */
public final class DeliveryFile {

    private static final String BUNDLED = "/deliveries/github-webhooks.ndjson";

    private static final JsonMapper JSON = new JsonMapper();

    private final List<WebhookDelivery> templates;

    private DeliveryFile(List<WebhookDelivery> templates) {
        this.templates = List.copyOf(templates);
    }

    /**
     * Reads a file.
     *
     * @param file the file, or {@code null} for the bundled one
     * @return its deliveries
     * @throws IllegalArgumentException if it cannot be read, is empty or has a line that is not a delivery
     */
    public static DeliveryFile read(@Nullable Path file) {
        String name = (file != null) ? file.toAbsolutePath().toString() : BUNDLED;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(open(file), StandardCharsets.UTF_8))) {
            return parse(name, reader);
        } catch (IOException | UncheckedIOException ex) {
            throw new IllegalArgumentException("'demo.deliveries' names a file that cannot be read: " + name, ex);
        }
    }

    private static InputStream open(@Nullable Path file) throws IOException {
        if (file != null) {
            return Files.newInputStream(file);
        }
        InputStream bundled = DeliveryFile.class.getResourceAsStream(BUNDLED);
        if (bundled == null) {
            throw new IOException("The bundled deliveries are missing");
        }
        return bundled;
    }

    private static DeliveryFile parse(String name, BufferedReader reader) throws IOException {
        List<WebhookDelivery> templates = new ArrayList<>();
        int number = 0;
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            number++;
            if (!line.isBlank()) {
                templates.add(parse(name, number, line));
            }
        }
        if (templates.isEmpty()) {
            throw new IllegalArgumentException("'demo.deliveries' names a file without deliveries: " + name);
        }
        return new DeliveryFile(templates);
    }

    private static WebhookDelivery parse(String name, int number, String line) {
        try {
            JsonNode tree = JSON.readTree(line);
            String id = tree.path("id").asString("");
            String event = tree.path("event").asString("");
            JsonNode body = tree.path("body");
            if (!id.isEmpty() && !event.isEmpty() && body.isObject()) {
                return new WebhookDelivery(id, event, key(event, body), JSON.writeValueAsBytes(body));
            }
        } catch (JacksonException ex) {
            throw notADelivery(name, number);
        }
        throw notADelivery(name, number);
    }

    private static IllegalArgumentException notADelivery(String name, int number) {
        return new IllegalArgumentException(
                "Line %d of %s is not a delivery: {\"id\": …, \"event\": …, \"body\": {…}}".formatted(number, name));
    }

    /** What the hub is expected to order by. Said a second time on purpose: the demo must not ask the hub. */
    private static String key(String event, JsonNode body) {
        for (String pointer :
                List.of("/repository/full_name", "/organization/login", "/installation/id", "/sender/login")) {
            String value = body.at(pointer).asString("");
            if (!value.isEmpty()) {
                return value;
            }
        }
        return event;
    }

    /**
     * Returns the deliveries of the file, under their own ids.
     *
     * @return the deliveries in the order of the file
     */
    public List<WebhookDelivery> templates() {
        return this.templates;
    }

    /**
     * Cycles through the file until there are enough deliveries, each under an id that the seed decides.
     *
     * @param count how many deliveries
     * @param seed seed of the ids
     * @return the deliveries, all ids different
     */
    public List<WebhookDelivery> cycle(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Set<String> ids = new HashSet<>();
        List<WebhookDelivery> deliveries = new ArrayList<>(count);
        while (deliveries.size() < count) {
            String id = new UUID(random.nextLong(), random.nextLong()).toString();
            if (ids.add(id)) {
                deliveries.add(this.templates
                        .get(deliveries.size() % this.templates.size())
                        .withId(id));
            }
        }
        return deliveries;
    }
}
