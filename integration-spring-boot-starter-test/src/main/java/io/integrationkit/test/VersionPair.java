package io.integrationkit.test;

import io.integrationkit.event.EventVersions;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The current version of a type beside older ones: who reads whom, and what leads from one to the other. */
final class VersionPair {

    private static final Logger logger = LoggerFactory.getLogger(VersionPair.class);

    private final EventVersions versions;

    private final String type;

    private final int current;

    private final ObjectNode schema;

    private VersionPair(EventVersions versions, String type, int current, ObjectNode schema) {
        this.versions = versions;
        this.type = type;
        this.current = current;
        this.schema = schema;
    }

    static VersionPair of(EventVersions versions, String type, int current, NavigableMap<Integer, ObjectNode> known) {
        return new VersionPair(versions, type, current, Objects.requireNonNull(known.get(current)));
    }

    void check(NavigableMap<Integer, ObjectNode> older, Compatibility mode, List<String> problems) {
        older.forEach((version, other) -> {
            if (mode.backward()) {
                report(mode, version, this.current, unread(version, other, this.current, this.schema), problems);
            }
            if (mode.forward()) {
                report(mode, this.current, version, unread(this.current, this.schema, version, other), problems);
            }
        });
    }

    private List<String> unread(int from, ObjectNode writer, int to, ObjectNode reader) {
        if (!this.versions.convertible(this.type, from, to)) {
            return SchemaReading.problems(reader, writer);
        }
        List<String> problems = new ArrayList<>();
        for (boolean all : new boolean[] {true, false}) {
            JsonNode made = MadeUpPayload.of(writer, all);
            try {
                JsonNode converted = this.versions.convert(this.type, from, to, made);
                PayloadFit.problems(reader, converted).stream()
                        .filter((problem) -> !problems.contains(problem))
                        .forEach(problems::add);
            } catch (RuntimeException ex) {
                logger.warn(
                        "Event type {}: what leads from version {} to {} cannot work with a made-up payload ({}); only the"
                                + " corpus can show that it works.",
                        this.type,
                        from,
                        to,
                        ex.getMessage());
            }
        }
        return problems;
    }

    private void report(Compatibility mode, int writer, int reader, List<String> unread, List<String> problems) {
        if (unread.isEmpty()) {
            return;
        }
        boolean up = writer < reader;
        problems.add("""
                Event type '%s': version %d cannot be read as version %d (%s):
                  %s
                %s""".formatted(
                        this.type,
                        writer,
                        reader,
                        mode,
                        String.join(System.lineSeparator() + "  ", unread),
                        up
                                ? "Let the Upcasters from version %d to %d make it so, or change the class."
                                        .formatted(writer, reader)
                                : "Add Downcasters from version %d to %d, or change the class; BACKWARD asks less of it."
                                        .formatted(writer, reader)));
    }
}
