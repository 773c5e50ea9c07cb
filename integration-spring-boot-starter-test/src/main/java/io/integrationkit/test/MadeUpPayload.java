package io.integrationkit.test;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A payload that fits a schema, with all properties or only with those that are always there. */
final class MadeUpPayload {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Types may contain themselves. */
    private static final int DEEPEST = 6;

    private static final Map<String, String> BY_FORMAT = Map.of(
            "date-time", "2026-01-02T03:04:05Z",
            "date", "2026-01-02",
            "time", "03:04:05Z",
            "duration", "PT1S",
            "uuid", "00000000-0000-4000-8000-000000000000",
            "uri", "https://example.org/",
            "uri-reference", "https://example.org/");

    private MadeUpPayload() {}

    static JsonNode of(JsonNode schema, boolean allProperties) {
        return value(JsonSchema.of(schema), allProperties, 0);
    }

    private static JsonNode value(JsonSchema schema, boolean all, int depth) {
        JsonSchema chosen = schema.alternatives().stream()
                .filter((alternative) -> !alternative.types().contains("null"))
                .findFirst()
                .orElse(schema);
        if (!chosen.values().isEmpty()) {
            return NODES.stringNode(chosen.values().iterator().next());
        }
        if (!chosen.properties().isEmpty() || chosen.types().contains("object")) {
            return object(chosen, all, depth);
        }
        if (chosen.types().contains("array")) {
            JsonSchema content = chosen.content();
            ArrayNode array = NODES.arrayNode();
            return (all && content != null && depth < DEEPEST) ? array.add(value(content, all, depth + 1)) : array;
        }
        if (chosen.types().contains("integer") || chosen.types().contains("number")) {
            return NODES.numberNode(1);
        }
        if (chosen.types().contains("boolean")) {
            return NODES.booleanNode(true);
        }
        String format = chosen.format();
        return NODES.stringNode((format != null) ? BY_FORMAT.getOrDefault(format, "text") : "some text");
    }

    private static ObjectNode object(JsonSchema schema, boolean all, int depth) {
        ObjectNode object = NODES.objectNode();
        schema.properties().forEach((name, property) -> {
            if (schema.required().contains(name) || (all && depth < DEEPEST)) {
                object.set(name, value(property, all, depth + 1));
            }
        });
        JsonSchema content = schema.content();
        if (content != null && all && depth < DEEPEST) {
            object.set("key", value(content, all, depth + 1));
        }
        return object;
    }
}
