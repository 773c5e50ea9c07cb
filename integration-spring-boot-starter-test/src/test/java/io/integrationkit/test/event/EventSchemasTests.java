package io.integrationkit.test.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.integrationkit.event.Downcaster;
import io.integrationkit.event.EventType;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.EventVersions;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.Upcaster;
import io.integrationkit.test.Compatibility;
import io.integrationkit.test.EventSchemas;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class EventSchemasTests {

    private static final String TYPE = "order.placed";

    @TempDir
    Path folder;

    @Test
    void theFirstRunWritesTheSchemaAndSaysSo(CapturedOutput output) throws Exception {
        write(First.class);
        assertThat(output).contains("Wrote", file(1).toString(), First.class.getName(), "commit it");
        JsonNode schema = JsonMapper.shared().readTree(Files.readString(file(1)));
        assertThat(schema.path("properties").properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("id", "total", "note");
        assertThat(schema.path("required").values())
                .extracting(JsonNode::asString)
                .containsExactly("id", "total");
    }

    @Test
    void propertiesAreNamedAsTheMapperOfTheApplicationWritesThem() throws Exception {
        JsonMapper snakes = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        schemas(Named.class).writtenBy(snakes).assertCompatible(Compatibility.BACKWARD);
        JsonNode schema = JsonMapper.shared().readTree(Files.readString(this.folder.resolve("named/1.json")));
        assertThat(schema.path("properties").properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("order_id", "theirName", "deep_part");
        assertThat(schema.at("/properties/deep_part/properties").has("inner_part"))
                .isTrue();
        assertThat(schema.path("required").values())
                .extracting(JsonNode::asString)
                .containsExactlyInAnyOrder("order_id", "theirName", "deep_part");
    }

    @Test
    void whereNothingMayBeWrittenAMissingSchemaFails() {
        assertFails(
                schemas(First.class).writingMissing(false),
                Compatibility.BACKWARD,
                file(1) + " is missing",
                "commit the file");
        assertThat(this.folder).isEmptyDirectory();
    }

    @Test
    void aClassThatDidNotChangePasses() {
        write(First.class);
        assertPasses(schemas(First.class).writingMissing(false), Compatibility.FULL_TRANSITIVE);
    }

    @Test
    void aClassThatChangedWithoutANewVersionFailsWithWhatChangedAndWhatToDo() {
        write(First.class);
        assertFails(
                schemas(FirstChanged.class),
                Compatibility.BACKWARD,
                "'order.placed' version 1 changed without a new version",
                FirstChanged.class.getName(),
                "/total: type was [integer], is [string]",
                "/note was removed",
                "/currency was added (string, required)",
                "Set version = 2 in @EventType, add an Upcaster from version 1",
                "delete the file and run again");
    }

    @Test
    void everyKindOfChangeIsSeen() {
        write(Kinds.class);
        assertFails(
                schemas(KindsChanged.class),
                Compatibility.BACKWARD,
                "/state: values was [NEW, PAID], is [NEW, PAID, SENT]",
                "/at: format was date-time, is date",
                "/maybe is now required",
                "/lines/*/count: type was [integer], is [number]",
                "/tags/*: type was [string], is [integer]",
                "/self/name was removed");
    }

    @Test
    void newRequiredPropertyNeedsAnUpcasterToReadOlderEvents() {
        write(First.class);
        assertFails(
                schemas(Second.class),
                Compatibility.BACKWARD,
                "version 1 cannot be read as version 2 (BACKWARD)",
                "/currency must be there to be read, but is not always written",
                "Upcasters from version 1 to 2");
        assertPasses(schemas(Second.class), Compatibility.FORWARD);
        assertPasses(
                schemas(up(1, PayloadSteps.none().withDefault("/currency", "EUR")), Second.class),
                Compatibility.BACKWARD);
    }

    @Test
    void anUpcasterThatForgetsAPropertyIsFound() {
        write(First.class);
        assertFails(schemas(up(1, PayloadSteps.none()), Second.class), Compatibility.BACKWARD, "/currency is missing");
        assertFails(
                schemas(up(1, PayloadSteps.none().withDefault("/currency", 7)), Second.class),
                Compatibility.BACKWARD,
                "/currency is integer, to be read it must be string");
        assertFails(
                schemas(up(1, PayloadSteps.none().rename("/note", "currency")), Second.class),
                Compatibility.BACKWARD,
                "/currency is missing");
    }

    @Test
    void anUpcasterThatCannotWorkWithMadeUpPayloadsIsLeftToTheCorpus(CapturedOutput output) {
        write(First.class);
        PayloadSteps failing = PayloadSteps.none().then((payload) -> {
            throw new IllegalStateException();
        });
        assertPasses(schemas(up(1, failing), Second.class), Compatibility.BACKWARD);
        assertThat(output).contains("only the corpus can show");
    }

    @Test
    void removedRequiredPropertyNeedsADowncasterToBeReadByOlderCode() {
        write(First.class);
        assertPasses(schemas(Smaller.class), Compatibility.BACKWARD);
        assertFails(
                schemas(Smaller.class),
                Compatibility.FORWARD,
                "version 2 cannot be read as version 1 (FORWARD)",
                "/total must be there",
                "Downcasters from version 2 to 1");
        EventVersions versions = EventVersions.of(
                types(Smaller.class),
                Map.of(),
                Map.of("down", Downcaster.of(TYPE, 2, PayloadSteps.none().withDefault("/total", 0))),
                Map.of());
        assertPasses(EventSchemas.of(versions).in(this.folder), Compatibility.FORWARD);
        assertFails(schemas(Smaller.class), Compatibility.FULL, "version 2 cannot be read as version 1 (FULL)");
    }

    @Test
    void widerTypesReadNarrowerOnes() {
        write(First.class);
        assertPasses(schemas(Wider.class), Compatibility.BACKWARD);
        assertFails(schemas(Wider.class), Compatibility.FORWARD, "/total is written as [number] and read as [integer]");
    }

    @Test
    void onlyTransitiveModesLookAtAllVersions() {
        write(First.class);
        EventSchemas second = schemas(up(1, PayloadSteps.none().withDefault("/currency", "EUR")), Second.class);
        assertPasses(second, Compatibility.BACKWARD);
        assertPasses(schemas(Third.class), Compatibility.BACKWARD);
        assertFails(
                schemas(Third.class),
                Compatibility.BACKWARD_TRANSITIVE,
                "version 1 cannot be read as version 3 (BACKWARD_TRANSITIVE)");
    }

    @Test
    void newValueOfAnEnumIsNotReadByOlderCode() {
        write(Kinds.class);
        assertPasses(schemas(KindsMore.class), Compatibility.BACKWARD);
        assertFails(
                schemas(KindsMore.class),
                Compatibility.FORWARD,
                "/state may be [NEW, PAID, SENT], only [NEW, PAID] are");
    }

    @Test
    void versionsThatWentBackAndTypesThatAreGoneFail() {
        write(First.class);
        assertPasses(
                schemas(up(1, PayloadSteps.none().withDefault("/currency", "EUR")), Second.class),
                Compatibility.BACKWARD);
        assertFails(schemas(First.class), Compatibility.BACKWARD, file(2) + " is newer than any class");
        assertFails(schemas(Kinds.class), Compatibility.BACKWARD, TYPE + ": no class has this event type any more");
    }

    private Path file(int version) {
        return this.folder.resolve(TYPE).resolve(version + ".json");
    }

    private void write(Class<?> eventClass) {
        schemas(eventClass).assertCompatible(Compatibility.BACKWARD);
    }

    private static EventTypes types(Class<?> eventClass) {
        return new EventTypes(UnaryOperator.identity(), List.of(eventClass));
    }

    private static Upcaster up(int from, PayloadSteps steps) {
        return Upcaster.of(TYPE, from, steps);
    }

    private EventSchemas schemas(Class<?> eventClass) {
        return EventSchemas.of(eventClass).in(this.folder).writingMissing(true);
    }

    private EventSchemas schemas(Upcaster upcaster, Class<?> eventClass) {
        EventVersions versions = EventVersions.of(types(eventClass), Map.of("up", upcaster), Map.of(), Map.of());
        return EventSchemas.of(versions).in(this.folder).writingMissing(true);
    }

    private static void assertPasses(EventSchemas schemas, Compatibility mode) {
        assertThatCode(() -> schemas.assertCompatible(mode)).doesNotThrowAnyException();
    }

    private static void assertFails(EventSchemas schemas, Compatibility mode, String... parts) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> schemas.assertCompatible(mode))
                .withMessageContainingAll(parts);
    }

    @EventType(TYPE)
    record First(String id, int total, @Nullable String note) {}

    @EventType(TYPE)
    record FirstChanged(String id, String total, String currency) {}

    @EventType(value = TYPE, version = 2)
    record Second(String id, int total, @Nullable String note, String currency) {}

    @EventType(value = TYPE, version = 2)
    record Smaller(String id, @Nullable String note) {}

    @EventType(value = TYPE, version = 2)
    record Wider(String id, BigDecimal total, @Nullable String note) {}

    @EventType(value = TYPE, version = 3)
    record Third(String id, String currency) {}

    @EventType("named")
    record Named(String orderId, @JsonProperty("theirName") String ours, Deep deepPart) {}

    record Deep(String innerPart) {}

    enum State {
        NEW,
        PAID
    }

    enum MoreStates {
        NEW,
        PAID,
        SENT
    }

    @EventType("kinds")
    record Kinds(
            State state,
            Instant at,
            Optional<String> maybe,
            List<Line> lines,
            Map<String, String> tags,
            @Nullable Self self) {}

    @EventType("kinds")
    record KindsChanged(
            MoreStates state,
            LocalDate at,
            String maybe,
            List<OtherLine> lines,
            Map<String, Integer> tags,
            @Nullable OtherSelf self) {}

    @EventType(value = "kinds", version = 2)
    record KindsMore(
            MoreStates state,
            Instant at,
            Optional<String> maybe,
            List<Line> lines,
            Map<String, String> tags,
            @Nullable Self self) {}

    record Line(int count) {}

    record OtherLine(double count) {}

    record Self(@Nullable Self self, String name) {}

    record OtherSelf(@Nullable OtherSelf self) {}
}
