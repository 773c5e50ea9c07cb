package io.integrationkit.test;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/**
 * One place of a schema, with the references followed.
 *
 * @param root the whole document, in which references are looked up
 * @param node the place
 */
record JsonSchema(JsonNode root, JsonNode node) {

    static JsonSchema of(JsonNode document) {
        return new JsonSchema(document, document).followed();
    }

    private JsonSchema at(JsonNode place) {
        return new JsonSchema(this.root, place).followed();
    }

    private JsonSchema followed() {
        JsonSchema place = this;
        while (place.node.path("$ref").isString()) {
            String reference = place.node.path("$ref").stringValue().substring(1);
            place = new JsonSchema(
                    this.root, reference.isEmpty() ? this.root : this.root.at(JsonPointer.compile(reference)));
        }
        return place;
    }

    /** Empty if anything is allowed. */
    Set<String> types() {
        return texts(this.node.path("type"));
    }

    /** Empty if any value of the type is allowed. */
    Set<String> values() {
        Set<String> values = texts(this.node.path("enum"));
        if (this.node.has("const")) {
            values.add(this.node.path("const").asString());
        }
        return values;
    }

    @Nullable
    String format() {
        return this.node.path("format").asStringOpt().orElse(null);
    }

    Map<String, JsonSchema> properties() {
        Map<String, JsonSchema> properties = new LinkedHashMap<>();
        parts().forEach((part) -> part.node
                .path("properties")
                .properties()
                .forEach((property) -> properties.put(property.getKey(), at(property.getValue()))));
        return properties;
    }

    Set<String> required() {
        Set<String> required = new TreeSet<>();
        parts().forEach((part) -> required.addAll(texts(part.node.path("required"))));
        return required;
    }

    /** What stands in an array or under the keys of a map; {@code null} if that is not said. */
    @Nullable
    JsonSchema content() {
        JsonNode content =
                this.node.path("items").isObject() ? this.node.path("items") : this.node.path("additionalProperties");
        return content.isObject() ? at(content) : null;
    }

    /** Itself, if it has no alternatives. */
    List<JsonSchema> alternatives() {
        List<JsonSchema> alternatives = new ArrayList<>();
        for (String keyword : List.of("anyOf", "oneOf")) {
            this.node.path(keyword).forEach((alternative) -> alternatives.add(at(alternative)));
        }
        return alternatives.isEmpty() ? List.of(this) : alternatives;
    }

    private List<JsonSchema> parts() {
        List<JsonSchema> parts = new ArrayList<>(List.of(this));
        this.node.path("allOf").forEach((part) -> parts.add(at(part)));
        return parts;
    }

    private static Set<String> texts(JsonNode node) {
        Set<String> texts = new TreeSet<>();
        if (node.isArray()) {
            node.forEach((element) -> texts.add(element.asString()));
        } else if (node.isString()) {
            texts.add(node.stringValue());
        }
        return texts;
    }
}
