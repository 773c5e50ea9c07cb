package io.integrationkit.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Ready-made steps of an {@link Upcaster} or {@link Downcaster}, done from the first to the last. Immutable: each method
 * returns a longer list. Places are JSON pointers ({@code /customer/name}). A step whose place is not in a payload does
 * nothing, but for {@link #withDefault}; one that would overwrite something fails, for it would lose what is there.
 */
public final class PayloadSteps {

    private static final PayloadSteps NONE = new PayloadSteps(List.of());

    private final List<UnaryOperator<ObjectNode>> steps;

    private PayloadSteps(List<UnaryOperator<ObjectNode>> steps) {
        this.steps = steps;
    }

    /**
     * Begins without a step: what makes no step is an upcaster for payloads that can be read as they are.
     *
     * @return no steps
     */
    public static PayloadSteps none() {
        return NONE;
    }

    /**
     * Gives a property another name, in the same object.
     *
     * @param place where it is
     * @param newName its new name, not a pointer
     * @return these steps and this one
     */
    public PayloadSteps rename(String place, String newName) {
        JsonPointer from = pointer(place);
        return move(from, from.head().appendProperty(newName));
    }

    /**
     * Moves a value to another place. Objects on the way there are made if they are missing.
     *
     * @param place where it is
     * @param newPlace where it will be
     * @return these steps and this one
     */
    public PayloadSteps move(String place, String newPlace) {
        return move(pointer(place), pointer(newPlace));
    }

    private PayloadSteps move(JsonPointer from, JsonPointer to) {
        return then((payload) -> {
            JsonNode value = take(payload, from);
            if (value != null) {
                put(payload, to, value);
            }
            return payload;
        });
    }

    /**
     * Divides a text among several places: {@code split("/name", " ", "/firstName", "/lastName")}. The last place gets
     * the rest, places without a part get {@code null}.
     *
     * @param place where the text is; it is removed
     * @param separator what stands between the parts, literally
     * @param places where the parts will be, at least two
     * @return these steps and this one
     */
    public PayloadSteps split(String place, String separator, String... places) {
        if (places.length < 2) {
            throw new IllegalArgumentException("'%s' must be split into two places or more".formatted(place));
        }
        JsonPointer from = pointer(place);
        List<JsonPointer> to =
                List.of(places).stream().map(PayloadSteps::pointer).toList();
        return then((payload) -> {
            JsonNode value = take(payload, from);
            if (value != null) {
                String[] parts = partsOf(value, from, separator, to.size());
                for (int i = 0; i < to.size(); i++) {
                    JsonNodeFactory nodes = JsonNodeFactory.instance;
                    put(payload, to.get(i), (i < parts.length) ? nodes.stringNode(parts[i]) : nodes.nullNode());
                }
            }
            return payload;
        });
    }

    private static String[] partsOf(JsonNode value, JsonPointer place, String separator, int most) {
        if (value.isNull()) {
            return new String[0];
        }
        if (!value.isString()) {
            throw new IllegalArgumentException("%s is no text that could be split".formatted(place));
        }
        return value.stringValue().split(Pattern.quote(separator), most);
    }

    /**
     * Adds a value where there is none. An explicit {@code null} stays.
     *
     * @param place where it will be; objects on the way there are made if they are missing
     * @param value the value: a text, number, boolean, list, map, {@link JsonNode} or {@code null}
     * @return these steps and this one
     */
    public PayloadSteps withDefault(String place, @Nullable Object value) {
        JsonPointer to = pointer(place);
        JsonNode node = JsonMapper.shared().valueToTree(value);
        return then((payload) -> {
            if (payload.at(to).isMissingNode()) {
                put(payload, to, node.deepCopy());
            }
            return payload;
        });
    }

    /**
     * Removes a property.
     *
     * @param place where it is
     * @return these steps and this one
     */
    public PayloadSteps drop(String place) {
        JsonPointer from = pointer(place);
        return then((payload) -> {
            take(payload, from);
            return payload;
        });
    }

    /**
     * Does steps with each object of a list.
     *
     * @param place where the list is
     * @param each the steps; their places begin at the element
     * @return these steps and this one
     */
    public PayloadSteps each(String place, PayloadSteps each) {
        JsonPointer list = pointer(place);
        return then((payload) -> {
            if (payload.at(list) instanceof ArrayNode elements) {
                for (int i = 0; i < elements.size(); i++) {
                    if (elements.get(i) instanceof ObjectNode element) {
                        elements.set(i, each.apply(element));
                    }
                }
            }
            return payload;
        });
    }

    /**
     * Does what the ready-made steps cannot.
     *
     * @param step gets the payload, which it may change, and returns the one to go on with; a pure function
     * @return these steps and this one
     */
    public PayloadSteps then(UnaryOperator<ObjectNode> step) {
        List<UnaryOperator<ObjectNode>> more = new ArrayList<>(this.steps);
        more.add(step);
        return new PayloadSteps(List.copyOf(more));
    }

    /** Changes the payload itself where it can. */
    ObjectNode apply(ObjectNode payload) {
        ObjectNode result = payload;
        for (UnaryOperator<ObjectNode> step : this.steps) {
            result = step.apply(result);
        }
        return result;
    }

    private static JsonPointer pointer(String place) {
        JsonPointer pointer = JsonPointer.compile(place);
        if (pointer.matches()) {
            throw new IllegalArgumentException("A place is a JSON pointer like '/customer/name', not ''");
        }
        return pointer;
    }

    private static @Nullable JsonNode take(ObjectNode payload, JsonPointer place) {
        return (payload.at(place.head()) instanceof ObjectNode parent)
                ? parent.remove(place.last().getMatchingProperty())
                : null;
    }

    private static void put(ObjectNode payload, JsonPointer place, JsonNode value) {
        ObjectNode parent = payload;
        for (JsonPointer left = place; ; left = left.tail()) {
            String name = left.getMatchingProperty();
            JsonNode there = parent.get(name);
            if (left.tail().matches()) {
                if (there != null) {
                    throw new IllegalArgumentException("%s is there already".formatted(place));
                }
                parent.set(name, value);
                return;
            }
            if (there != null && !there.isNull() && !there.isObject()) {
                throw new IllegalArgumentException("%s leads through something that is no object".formatted(place));
            }
            parent = (there instanceof ObjectNode next) ? next : parent.putObject(name);
        }
    }
}
