package io.integrationkit.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The schemas in the repository: a folder for each type, a file for each version. */
final class SchemaFiles {

    private static final Pattern NAME = Pattern.compile("(\\d+)\\.json");

    private final Path root;

    SchemaFiles(Path root) {
        this.root = root;
    }

    Path folder(String type) {
        return this.root.resolve(type);
    }

    Path file(String type, int version) {
        return folder(type).resolve(version + ".json");
    }

    List<String> types() {
        return list(this.root)
                .filter(Files::isDirectory)
                .map((path) -> path.getFileName().toString())
                .sorted()
                .toList();
    }

    NavigableMap<Integer, ObjectNode> read(String type) {
        NavigableMap<Integer, ObjectNode> schemas = new TreeMap<>();
        list(folder(type)).forEach((path) -> {
            Matcher name = NAME.matcher(path.getFileName().toString());
            if (name.matches()) {
                schemas.put(Integer.valueOf(name.group(1)), (ObjectNode)
                        JsonMapper.shared().readTree(path));
            }
        });
        return schemas;
    }

    void write(String type, int version, ObjectNode schema) {
        try {
            Files.createDirectories(folder(type));
            Files.writeString(file(type, version), schema.toPrettyString() + "\n");
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static Stream<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList().stream();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }
}
