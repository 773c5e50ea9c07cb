package io.integrationkit.test;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Whether code of one schema reads what code of another writes. Unknown properties are ignored, numbers hold integers; a
 * property that must be there to be read must always be written.
 */
final class SchemaReading {

    private final Set<List<JsonNode>> compared = new HashSet<>();

    private SchemaReading() {}

    /** Returns what the reader could not read; empty if it reads all. */
    static List<String> problems(JsonNode reader, JsonNode writer) {
        return new SchemaReading().compare("", JsonSchema.of(reader), JsonSchema.of(writer));
    }

    private List<String> compare(String place, JsonSchema reader, JsonSchema writer) {
        List<String> problems = new ArrayList<>();
        if (!this.compared.add(List.of(reader.node(), writer.node()))) {
            return problems;
        }
        if (reader.alternatives().size() > 1 || writer.alternatives().size() > 1) {
            for (JsonSchema written : writer.alternatives()) {
                if (reader.alternatives().stream()
                        .noneMatch((read) -> new SchemaReading()
                                .compare(place, read, written)
                                .isEmpty())) {
                    problems.add("%s may be something that no alternative reads".formatted(place));
                }
            }
            return problems;
        }
        Set<String> unread = writer.types();
        unread.removeIf((type) -> reader.types().contains(type)
                || (type.equals("integer") && reader.types().contains("number")));
        if (!reader.types().isEmpty() && (!unread.isEmpty() || writer.types().isEmpty())) {
            problems.add("%s is written as %s and read as %s".formatted(place, writer.types(), reader.types()));
            return problems;
        }
        if (!reader.values().isEmpty() && !reader.values().containsAll(writer.values())) {
            problems.add("%s may be %s, only %s are read".formatted(place, writer.values(), reader.values()));
        }
        String format = reader.format();
        if (format != null && writer.format() != null && !format.equals(writer.format())) {
            problems.add("%s is written as %s and read as %s".formatted(place, writer.format(), format));
        }
        reader.required().stream()
                .filter((property) -> !writer.required().contains(property))
                .forEach((property) -> problems.add(
                        "%s/%s must be there to be read, but is not always written".formatted(place, property)));
        reader.properties().forEach((property, read) -> {
            JsonSchema written = writer.properties().get(property);
            if (written != null) {
                problems.addAll(compare(place + "/" + property, read, written));
            }
        });
        JsonSchema read = reader.content();
        JsonSchema written = writer.content();
        if (read != null && written != null) {
            problems.addAll(compare(place + "/*", read, written));
        }
        return problems;
    }
}
