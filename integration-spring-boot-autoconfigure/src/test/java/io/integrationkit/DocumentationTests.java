package io.integrationkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.failure.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The guides say what is there: no property, problem code or page that is not, and none left out. */
class DocumentationTests {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Path DOCS = ROOT.resolve("docs");

    private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

    private static final String DEFAULTS = "integration.reliable.defaults.";

    private static final Pattern POLICY = Pattern.compile("integration\\.reliable\\.policies\\.[^.]+\\.");

    private static final Pattern CODE = Pattern.compile("`([^`\n]+)`");

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)");

    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+(?:Tests|Contract))\\.(\\w+)`");

    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void everyPropertyThatIsNamedExists() {
        Set<String> known = properties().keySet();
        // Meters share the prefix; their names are in the table of the page for operators.
        Set<String> meters = firstCells(read(DOCS.resolve("operate.md")), "## Meters");
        List<String> unknown = new ArrayList<>();
        pages().forEach((page, text) -> keysIn(text).stream()
                .filter((key) -> !meters.contains(key) && !exists(key, known))
                .forEach((key) -> unknown.add(page + ": " + key)));
        assertThat(unknown).isEmpty();
    }

    @Test
    void everyPropertyThatExistsIsInATableWithItsDefault() {
        String guides = String.join("\n", pages().values());
        List<String> missing = new ArrayList<>();
        properties().forEach((name, defaultValue) -> {
            String row = "| `%s` | %s".formatted(name, defaultValue.isEmpty() ? "" : defaultValue + " |");
            if (!guides.contains(row)) {
                missing.add(row);
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void everyProblemCodeIsExplainedOnceForOperators() {
        List<String> explained = read(DOCS.resolve("operate.md"))
                .lines()
                .filter((line) -> line.matches("(\\| |#+ )INT-\\d+\\b.*"))
                .map((line) -> line.replaceFirst("^(\\| |#+ )(INT-\\d+).*", "$2"))
                .toList();
        assertThat(explained)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ProblemCode.values()).map(ProblemCode::id).toList());
    }

    @Test
    void everyProblemCodeThatIsNamedExists() {
        Set<String> known =
                Arrays.stream(ProblemCode.values()).map(ProblemCode::id).collect(Collectors.toSet());
        pages().forEach((page, text) -> assertThat(
                        find(Pattern.compile("INT-\\d+"), text).map(MatchResult::group))
                .as(page.toString())
                .allMatch(known::contains));
    }

    @Test
    void everyLinkLeadsToAPageAndHeadingThatIsThere() {
        List<String> broken = new ArrayList<>();
        pages().forEach((page, text) -> find(LINK, text)
                .map((link) -> link.group(1))
                .filter((target) -> !target.contains("://"))
                .filter((target) -> !resolves(page, target))
                .forEach((target) -> broken.add(page + ": " + target)));
        assertThat(broken).isEmpty();
    }

    @Test
    void everyTestThatIsNamedExists() {
        List<String> missing = new ArrayList<>();
        pages().forEach((page, text) -> find(NAMED_TEST, text)
                .filter((name) -> !Pattern.compile(
                                "(?s)class %s\\b.*void %s\\(".formatted(name.group(1), name.group(2)))
                        .matcher(sourceOf(name.group(1)))
                        .find())
                .forEach((name) -> missing.add(page + ": " + name.group())));
        assertThat(missing).isEmpty();
    }

    private static String sourceOf(String testClass) {
        try (Stream<Path> modules = Files.list(Path.of(".."))) {
            return modules.flatMap((module) ->
                            Stream.of("test", "main").map((kind) -> module.resolve(Path.of("src", kind, "java"))))
                    .filter(Files::isDirectory)
                    .flatMap(DocumentationTests::under)
                    .filter((file) -> file.endsWith(testClass + ".java"))
                    .map(DocumentationTests::read)
                    .collect(Collectors.joining());
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static Stream<Path> under(Path folder) {
        try {
            return Files.walk(folder);
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    private static boolean resolves(Path page, String target) {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        if (!Files.exists(file)) {
            return false;
        }
        return parts.length == 1 || anchors(read(file)).contains(parts[1]);
    }

    /** The names that headings get on the usual hosts: lower case, spaces as dashes, without punctuation. */
    private static Set<String> anchors(String text) {
        return text.lines()
                .filter((line) -> line.startsWith("#"))
                .map((line) -> line.replaceFirst("^#+ +", "").toLowerCase().replaceAll("[^\\w\\- ]", ""))
                .map((heading) -> heading.replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    /** Keys in code spans, and those of the YAML examples, written out. */
    private static Set<String> keysIn(String text) {
        Set<String> keys = new TreeSet<>();
        find(CODE, text)
                .map((span) -> span.group(1).replaceFirst("[=:].*", "").strip())
                .filter((span) -> span.matches("integration\\.[\\w.<>*-]+"))
                .forEach(keys::add);
        find(YAML, text).forEach((block) -> keys.addAll(leaves(block.group(1))));
        keys.removeIf((key) -> !key.startsWith("integration."));
        return keys;
    }

    private static List<String> leaves(String yaml) {
        List<String> leaves = new ArrayList<>();
        List<String> path = new ArrayList<>();
        for (String line : yaml.lines().filter((each) -> !each.isBlank()).toList()) {
            String entry = line.replaceFirst("\\s+#.*", "");
            int depth = (entry.length() - entry.stripLeading().length()) / 2;
            String[] keyAndValue = entry.strip().split(":", 2);
            path = new ArrayList<>(path.subList(0, Math.min(depth, path.size())));
            path.add(keyAndValue[0]);
            if (keyAndValue.length == 2 && !keyAndValue[1].isBlank()) {
                leaves.add(String.join(".", path));
            }
        }
        return leaves;
    }

    /** A key, or a group of keys: {@code integration.reliable.defaults.*}. */
    private static boolean exists(String key, Set<String> known) {
        String name = POLICY.matcher(key).replaceFirst(DEFAULTS);
        if (name.endsWith(".*") || name.endsWith(".")) {
            String group = name.replaceFirst("\\*$", "");
            return known.stream().anyMatch((each) -> each.startsWith(group));
        }
        return known.contains(name) || known.stream().anyMatch((each) -> each.startsWith(name + "."));
    }

    private static Set<String> firstCells(String text, String heading) {
        String section =
                text.substring(text.indexOf(heading) + heading.length()).split("\n## ", 2)[0];
        return find(Pattern.compile("^\\| `([^`]+)`", Pattern.MULTILINE), section)
                .map((cell) -> cell.group(1))
                .collect(Collectors.toSet());
    }

    private static Stream<MatchResult> find(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static Map<Path, String> pages() {
        try (Stream<Path> files = Files.list(DOCS)) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md")), files.sorted())
                    .filter((file) -> file.toString().endsWith(".md"))
                    .collect(Collectors.toMap(
                            (file) -> file, DocumentationTests::read, (one, other) -> one, LinkedHashMap::new));
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** Names and default values of our properties; an empty default is one that a table may tell in words. */
    private static Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        try (InputStream in = DocumentationTests.class.getResourceAsStream(METADATA)) {
            assertThat(in).as(METADATA).isNotNull();
            for (JsonNode property : JsonMapper.shared().readTree(in).path("properties")) {
                String defaultValue = property.path("defaultValue").asString("").replace('_', '-');
                properties.put(property.path("name").asString(), defaultValue);
            }
        } catch (IOException ex) {
            throw new IllegalStateException(ex);
        }
        return properties;
    }
}
