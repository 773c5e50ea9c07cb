package io.integrationkit.test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Everything that is not the same in two schemas, whether it matters to anybody or not. */
final class SchemaChanges {

    private final List<String> changes = new ArrayList<>();

    /** Types may contain themselves. */
    private final Set<List<JsonNode>> compared = new HashSet<>();

    private SchemaChanges() {}

    static List<String> between(JsonNode before, JsonNode now) {
        SchemaChanges found = new SchemaChanges();
        found.compare("", JsonSchema.of(before), JsonSchema.of(now));
        return found.changes;
    }

    private void compare(String place, JsonSchema before, JsonSchema now) {
        if (!this.compared.add(List.of(before.node(), now.node()))) {
            return;
        }
        differs(place, "type", before.types(), now.types());
        differs(place, "values", before.values(), now.values());
        differs(place, "format", before.format(), now.format());
        properties(place, before, now);
        JsonSchema contentBefore = before.content();
        JsonSchema contentNow = now.content();
        if (contentBefore != null && contentNow != null) {
            compare(place + "/*", contentBefore, contentNow);
        } else if (contentBefore != contentNow) {
            this.changes.add("%s: the type of its content changed".formatted(name(place)));
        }
        alternatives(place, before, now);
    }

    private void properties(String place, JsonSchema before, JsonSchema now) {
        Map<String, JsonSchema> old = before.properties();
        Map<String, JsonSchema> current = now.properties();
        old.forEach((property, schema) -> {
            String at = place + "/" + property;
            JsonSchema other = current.get(property);
            if (other == null) {
                this.changes.add("%s was removed".formatted(at));
            } else {
                boolean was = before.required().contains(property);
                if (was != now.required().contains(property)) {
                    this.changes.add("%s %s required".formatted(at, was ? "is no longer" : "is now"));
                }
                compare(at, schema, other);
            }
        });
        current.forEach((property, schema) -> {
            if (!old.containsKey(property)) {
                this.changes.add("%s/%s was added (%s%s)"
                        .formatted(
                                place,
                                property,
                                String.join(" or ", schema.types()),
                                now.required().contains(property) ? ", required" : ""));
            }
        });
    }

    private void alternatives(String place, JsonSchema before, JsonSchema now) {
        List<JsonSchema> old = before.alternatives();
        List<JsonSchema> current = now.alternatives();
        if (old.size() != current.size()) {
            this.changes.add("%s has %d alternatives, it had %d".formatted(name(place), current.size(), old.size()));
        } else if (old.size() > 1) {
            for (int i = 0; i < old.size(); i++) {
                compare(place + "?" + i, old.get(i), current.get(i));
            }
        }
    }

    private void differs(String place, String what, @Nullable Object before, @Nullable Object now) {
        if (!Objects.equals(before, now)) {
            this.changes.add("%s: %s was %s, is %s".formatted(name(place), what, before, now));
        }
    }

    private static String name(String place) {
        return place.isEmpty() ? "the event" : place;
    }
}
