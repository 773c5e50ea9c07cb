package io.integrationkit.test;

import io.integrationkit.event.EventDescriptor;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every version ever published, read by the code of today: real payloads in the repository of the application, {@code
 * src/test/resources/event-corpus/<type>/<version>.json}, or several of a version, {@code <version>-<what>.json}.
 * Immutable; each method returns a copy.
 */
public final class EventCorpus {

    private static final Path FOLDER = Path.of("src", "test", "resources", "event-corpus");

    private static final Pattern NAME = Pattern.compile("(\\d+)(\\D.*)?\\.json");

    private final EventReader reader;

    private final Path folder;

    private EventCorpus(EventReader reader, Path folder) {
        this.reader = reader;
        this.folder = folder;
    }

    /**
     * Takes what the application reads with.
     *
     * @param reader the bean of that type
     * @return the corpus, to be read
     */
    public static EventCorpus of(EventReader reader) {
        return new EventCorpus(reader, FOLDER);
    }

    /**
     * Looks for the files elsewhere.
     *
     * @param newFolder folder with a folder for each type
     * @return a copy
     */
    public EventCorpus in(Path newFolder) {
        return new EventCorpus(this.reader, newFolder);
    }

    /**
     * Reads all payloads of all types as the current class of their type.
     *
     * @throws AssertionError if one cannot be read, or a version has none; it says which, and what to do
     */
    public void assertReadable() {
        List<String> problems = new ArrayList<>();
        this.reader.versions().types().names().forEach((type) -> check(type, problems));
        for (Path unknown : list(this.folder)) {
            String type = unknown.getFileName().toString();
            if (Files.isDirectory(unknown) && this.reader.versions().types().current(type) == null) {
                problems.add("%s: no class has this event type any more; delete the folder if no payload of it is left"
                        .formatted(unknown));
            }
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(String.join(System.lineSeparator(), problems));
        }
    }

    /**
     * Reads all payloads of a type.
     *
     * @param eventClass class of the type, of any version
     * @param <T> class of the type
     * @return the events, the lowest version first and those of a version in the order of their files' names
     * @throws RuntimeException if one cannot be read
     */
    public <T> List<T> read(Class<T> eventClass) {
        EventDescriptor described = this.reader.versions().types().describe(eventClass);
        return payloads(described.type()).stream()
                .map((payload) -> read(payload, described.type(), eventClass))
                .toList();
    }

    private void check(String type, List<String> problems) {
        EventVersions versions = this.reader.versions();
        EventTypes types = versions.types();
        Class<?> current =
                types.versions(type).get(types.versions(type).size() - 1).eventClass();
        List<Payload> payloads = payloads(type);
        int newest = types.describe(current).version();
        IntStream.rangeClosed(versions.oldest(type), newest)
                .filter((version) -> payloads.stream().noneMatch((payload) -> payload.version() == version))
                .forEach((version) -> problems.add("%s is missing: put a payload that was really published there"
                        .formatted(this.folder.resolve(type).resolve(version + ".json"))));
        for (Payload payload : payloads) {
            if (payload.version() > newest) {
                problems.add("%s is newer than %s, which has version %d: versions never go back"
                        .formatted(payload.file(), current.getName(), newest));
                continue;
            }
            try {
                read(payload, type, current);
            } catch (RuntimeException ex) {
                problems.add("%s cannot be read as %s (version %d): %s"
                        .formatted(payload.file(), current.getName(), newest, ex.getMessage()));
            }
        }
    }

    private <T> T read(Payload payload, String type, Class<T> eventClass) {
        EventReader.Origin origin = new EventReader.Origin(type, payload.version(), null, null);
        try {
            return this.reader.read(origin, Files.readAllBytes(payload.file()), eventClass);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private List<Payload> payloads(String type) {
        List<Payload> payloads = new ArrayList<>();
        for (Path file : list(this.folder.resolve(type))) {
            Matcher name = NAME.matcher(file.getFileName().toString());
            if (name.matches()) {
                payloads.add(new Payload(Integer.parseInt(name.group(1)), file));
            }
        }
        payloads.sort(Comparator.comparingInt(Payload::version).thenComparing(Payload::file));
        return payloads;
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private record Payload(int version, Path file) {}
}
