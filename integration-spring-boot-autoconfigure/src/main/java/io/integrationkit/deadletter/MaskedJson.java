package io.integrationkit.deadletter;

import io.integrationkit.failure.Redaction;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Copies documents without what is sensitive in them.
 *
 * @param redaction knows the fields, and takes secrets out of texts
 * @param shapeOnly whether no value at all is shown
 */
record MaskedJson(Redaction redaction, boolean shapeOnly) {

    private static final int DEEPEST = 500;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Masks an array of arguments, some of them as a whole. */
    JsonNode arguments(JsonNode array, Sensitivity sensitivity) {
        ArrayNode masked = NODES.arrayNode();
        for (int i = 0; i < array.size(); i++) {
            JsonNode argument = array.get(i);
            // Of a type that is not known the shape is shown, of one that is sensitive not even that.
            masked.add(!this.shapeOnly && sensitivity.arguments().test(i) ? mask(argument) : of(argument));
        }
        return masked;
    }

    JsonNode of(JsonNode node) {
        return of(node, 0);
    }

    private JsonNode of(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            return mask(node);
        }
        if (node.isObject()) {
            ObjectNode masked = NODES.objectNode();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                boolean secret = this.redaction.masks(field.getKey());
                masked.set(
                        this.redaction.of(field.getKey()),
                        secret ? mask(field.getValue()) : of(field.getValue(), depth + 1));
            }
            return masked;
        }
        if (node.isArray()) {
            ArrayNode masked = NODES.arrayNode();
            node.forEach((element) -> masked.add(of(element, depth + 1)));
            return masked;
        }
        return value(node);
    }

    private JsonNode value(JsonNode node) {
        if (node.isNull() || this.shapeOnly) {
            return mask(node);
        }
        if (node.isBoolean()) {
            return node;
        }
        String text = node.asString();
        String redacted = this.redaction.of(text);
        if (node.isString()) {
            return NODES.stringNode(redacted);
        }
        return redacted.equals(text) ? node : mask(node);
    }

    private static JsonNode mask(JsonNode node) {
        return node.isNull() ? node : NODES.stringNode(Redaction.MASK);
    }
}
