package io.integrationkit.test.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventType;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.Upcaster;
import io.integrationkit.test.EventCorpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class EventCorpusTests {

    private static final String TYPE = "order.placed";

    @TempDir
    Path folder;

    private EventCorpus corpus() {
        EventVersions versions = EventVersions.of(
                new EventTypes(UnaryOperator.identity(), List.of(Placed.class)),
                Map.of(
                        "first", Upcaster.of(TYPE, 1, PayloadSteps.none().rename("/sum", "total")),
                        "second", Upcaster.of(TYPE, 2, PayloadSteps.none().withDefault("/currency", "EUR"))),
                Map.of(),
                Map.of());
        return EventCorpus.of(new EventReader(
                        versions,
                        new PayloadCodec(JsonMapper.shared()),
                        new EventPolicies<>(NewerVersionPolicy.TOLERANT, Map.of())))
                .in(this.folder);
    }

    private void put(String name, String json) throws IOException {
        Path file = this.folder.resolve(TYPE).resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, json);
    }

    private void putAll() throws IOException {
        put("1.json", "{\"sum\":1}");
        put("1-with-more.json", "{\"sum\":2,\"more\":[]}");
        put("2.json", "{\"total\":3}");
        put("3.json", "{\"total\":4,\"currency\":\"USD\"}");
        put("README.md", "not a payload");
    }

    @Test
    void payloadsOfAllVersionsAreReadInTheirOrder() throws Exception {
        putAll();
        assertThatCode(() -> corpus().assertReadable()).doesNotThrowAnyException();
        assertThat(corpus().read(Placed.class))
                .containsExactly(
                        new Placed(2, "EUR"), new Placed(1, "EUR"), new Placed(3, "EUR"), new Placed(4, "USD"));
    }

    @Test
    void aVersionWithoutPayloadFails() throws Exception {
        putAll();
        Files.delete(this.folder.resolve(TYPE).resolve("2.json"));
        assertFails(this.folder.resolve(TYPE).resolve("2.json") + " is missing");
    }

    @Test
    void aTypeWithoutAnyPayloadFailsForEachOfItsVersions() {
        assertFails("1.json is missing", "2.json is missing", "3.json is missing");
    }

    @Test
    void aPayloadThatCannotBeReadFailsWithItsName() throws Exception {
        putAll();
        put("2-odd.json", "{\"total\":\"many\"}");
        put("2-text.json", "\"text\"");
        assertFails("2-odd.json cannot be read as " + Placed.class.getName(), "2-text.json cannot be read", "INT-318");
    }

    @Test
    void versionsThatWentBackAndTypesThatAreGoneFail() throws Exception {
        putAll();
        put("4.json", "{\"total\":4}");
        Files.createDirectories(this.folder.resolve("gone"));
        assertFails("4.json is newer than", "gone: no class has this event type any more");
    }

    private void assertFails(String... parts) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> corpus().assertReadable())
                .withMessageContainingAll(parts);
    }

    @EventType(value = TYPE, version = 3)
    record Placed(int total, String currency) {}
}
