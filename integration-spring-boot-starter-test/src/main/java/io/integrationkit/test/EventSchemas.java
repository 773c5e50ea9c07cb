package io.integrationkit.test;

import io.integrationkit.event.EventDescriptor;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps event types from changing by accident: the JSON Schema of each version is a file in the repository of the
 * application, {@code src/test/resources/event-schemas/<type>/<version>.json}. A class that no longer fits the file of
 * its version has changed without a new version; a new version must be compatible with the ones before.
 *
 * <p>Needs {@code com.github.victools:jsonschema-generator} and {@code jsonschema-module-jackson} (5.x) as test
 * dependencies. Immutable; each method returns a copy.
 */
public final class EventSchemas {

    private static final Logger logger = LoggerFactory.getLogger(EventSchemas.class);

    private static final Path FOLDER = Path.of("src", "test", "resources", "event-schemas");

    private final EventVersions versions;

    private final SchemaFiles files;

    private final boolean writing;

    private final JsonMapper mapper;

    private EventSchemas(EventVersions versions, SchemaFiles files, boolean writing, JsonMapper mapper) {
        this.versions = versions;
        this.files = files;
        this.writing = writing;
        this.mapper = mapper;
    }

    /**
     * Takes the events of an application with what leads from one version to another.
     *
     * @param versions the bean of that type
     * @return the schemas, to be checked
     */
    public static EventSchemas of(EventVersions versions) {
        // On a build server a file that is written is lost, and the next run is as green as the first.
        return new EventSchemas(versions, new SchemaFiles(FOLDER), System.getenv("CI") == null, JsonMapper.shared());
    }

    /**
     * Takes some classes of events, without upcasters.
     *
     * @param eventClasses classes with {@code @EventType}
     * @return the schemas, to be checked
     */
    public static EventSchemas of(Class<?>... eventClasses) {
        EventTypes types = new EventTypes(UnaryOperator.identity(), List.of(eventClasses));
        return of(EventVersions.of(types, Map.of(), Map.of(), Map.of()));
    }

    /**
     * Looks for the files elsewhere.
     *
     * @param folder folder with a folder for each type
     * @return a copy
     */
    public EventSchemas in(Path folder) {
        return new EventSchemas(this.versions, new SchemaFiles(folder), this.writing, this.mapper);
    }

    /**
     * Says whether missing files are written; if not, a missing file fails. Without a word they are, unless the
     * environment variable {@code CI} is set.
     *
     * @param write whether to write
     * @return a copy
     */
    public EventSchemas writingMissing(boolean write) {
        return new EventSchemas(this.versions, this.files, write, this.mapper);
    }

    /**
     * Names the properties as a mapper writes them, for applications that set a naming strategy or mix-ins.
     *
     * @param applicationMapper the bean of that type; without a word, a mapper without settings
     * @return a copy
     */
    public EventSchemas writtenBy(JsonMapper applicationMapper) {
        return new EventSchemas(this.versions, this.files, this.writing, applicationMapper);
    }

    /**
     * Checks all types. Files of versions that have none are written, with a warning that names them.
     *
     * @param mode who must read whom
     * @throws AssertionError if a class changed without a new version, or a version is not compatible; it says what
     *     changed and what to do
     */
    public void assertCompatible(Compatibility mode) {
        List<String> problems = new ArrayList<>();
        this.versions.types().names().forEach((type) -> check(type, mode, problems));
        this.files.types().stream()
                .filter((type) -> this.versions.types().current(type) == null)
                .forEach((type) -> problems.add(
                        "%s: no class has this event type any more. If nobody publishes or replays it, delete the folder;"
                                        .formatted(this.files.folder(type))
                                + " else bring the class back under this name."));
        if (!problems.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), problems));
        }
    }

    private void check(String type, Compatibility mode, List<String> problems) {
        NavigableMap<Integer, ObjectNode> known = new TreeMap<>(this.files.read(type));
        for (EventDescriptor described : this.versions.types().versions(type)) {
            ObjectNode now = SchemaOfClass.of(described.eventClass(), this.mapper);
            ObjectNode before = known.putIfAbsent(described.version(), now);
            if (before == null) {
                missing(described, now, problems);
            } else {
                List<String> changes = SchemaChanges.between(before, now);
                if (!changes.isEmpty()) {
                    problems.add(changed(described, changes));
                }
            }
        }
        int current = this.versions.types().versions(type).stream()
                .mapToInt(EventDescriptor::version)
                .max()
                .orElseThrow();
        known.tailMap(current, false)
                .keySet()
                .forEach((version) -> problems.add(
                        "%s is newer than any class of the type, which has version %d: versions never go back."
                                .formatted(this.files.file(type, version), current)));
        NavigableMap<Integer, ObjectNode> older = known.headMap(current, false);
        if (!mode.transitive() && !older.isEmpty()) {
            older = older.tailMap(older.lastKey(), true);
        }
        VersionPair.of(this.versions, type, current, known).check(older, mode, problems);
    }

    private void missing(EventDescriptor described, ObjectNode now, List<String> problems) {
        Path file = this.files.file(described.type(), described.version());
        if (!this.writing) {
            problems.add("%s is missing: run this test where it may write it, and commit the file.".formatted(file));
            return;
        }
        this.files.write(described.type(), described.version(), now);
        logger.warn(
                "Wrote {}, the schema of {}: commit it, it is what later changes are compared with.",
                file,
                described.eventClass().getName());
    }

    private String changed(EventDescriptor described, List<String> changes) {
        return """
                Event type '%s' version %d changed without a new version (%s against %s):
                  %s
                Set version = %d in @EventType, add an Upcaster from version %d, keep a payload of version %2$d in the corpus. \
                Only if version %2$d was never published: delete the file and run again.""".formatted(
                        described.type(),
                        described.version(),
                        described.eventClass().getName(),
                        this.files.file(described.type(), described.version()),
                        String.join(System.lineSeparator() + "  ", changes),
                        described.version() + 1,
                        described.version());
    }
}
