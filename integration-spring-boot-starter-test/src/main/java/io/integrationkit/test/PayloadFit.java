package io.integrationkit.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether a payload can be read by code of a schema. A {@code null} is as good as nothing. */
final class PayloadFit {

    private PayloadFit() {}

    static List<String> problems(JsonNode schema, JsonNode payload) {
        List<String> problems = new ArrayList<>();
        check("", JsonSchema.of(schema), payload, problems);
        return problems;
    }

    private static void check(String place, JsonSchema schema, JsonNode value, List<String> problems) {
        if (value.isNull()) {
            return;
        }
        List<JsonSchema> alternatives = schema.alternatives();
        if (alternatives.size() > 1) {
            if (alternatives.stream().noneMatch((alternative) -> fits(place, alternative, value))) {
                problems.add("%s fits none of the alternatives".formatted(place));
            }
            return;
        }
        Set<String> types = schema.types();
        String type = type(value);
        if (!types.isEmpty() && !types.contains(type) && !(type.equals("integer") && types.contains("number"))) {
            problems.add("%s is %s, to be read it must be %s".formatted(place, type, String.join(" or ", types)));
            return;
        }
        if (!schema.values().isEmpty() && !schema.values().contains(value.asString())) {
            problems.add("%s is '%s', only %s are read".formatted(place, value.asString(), schema.values()));
        }
        if (value.isObject()) {
            schema.required().stream()
                    .filter((name) -> !value.hasNonNull(name))
                    .forEach((name) -> problems.add("%s/%s is missing".formatted(place, name)));
            schema.properties().forEach((name, property) -> {
                if (value.has(name)) {
                    check(place + "/" + name, property, value.get(name), problems);
                }
            });
        }
        JsonSchema content = schema.content();
        if (content != null && (value.isArray() || schema.properties().isEmpty())) {
            value.forEach((element) -> check(place + "/*", content, element, problems));
        }
    }

    private static boolean fits(String place, JsonSchema schema, JsonNode value) {
        List<String> problems = new ArrayList<>();
        check(place, schema, value, problems);
        return problems.isEmpty();
    }

    private static String type(JsonNode value) {
        if (value.isObject()) {
            return "object";
        }
        if (value.isArray()) {
            return "array";
        }
        if (value.isBoolean()) {
            return "boolean";
        }
        if (value.isNumber()) {
            return value.isIntegralNumber() ? "integer" : "number";
        }
        return "string";
    }
}
