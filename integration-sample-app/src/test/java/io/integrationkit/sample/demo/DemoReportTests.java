package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.sample.downstream.Fault;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class DemoReportTests {

    private static final String[] KEYS = {
        "sent",
        "distinct",
        "accepted",
        "duplicatesDropped",
        "rejected",
        "published",
        "consumed",
        "effects",
        "effectsMoreThanOnce",
        "attempts",
        "retries",
        "circuitOpened",
        "deadLettered",
        "deadLetteredOpen",
        "replayed",
        "pending",
        "lost",
        "orderViolations",
        "projectionMismatch",
        "seconds",
        "deliveriesPerSecond",
        "seed",
        "reliability"
    };

    private static final Intervention CHANGE = new Intervention("less of it", () -> {});

    private static final ReliabilityFigures RELIABILITY = new ReliabilityFigures(3, 1, 7, 60, 12, 1, 101, 8);

    private static final DemoReport GOOD = new DemoReport(
            120, 100, 100, 20, 0, 100, 100, 97, 0, 110, 10, 1, 5, 2, 3, 1, 0, 0, 0, 4.5, 22.2, 42, RELIABILITY);

    @Test
    void hasTheDocumentedKeysInTheirOrder() {
        assertThat(GOOD.figures()).containsOnlyKeys(KEYS);
        assertThat(GOOD.figures().keySet()).containsExactly(KEYS);
        assertThat(new JsonMapper().writeValueAsString(GOOD.figures()))
                .startsWith("{\"sent\":120,\"distinct\":100,")
                .contains(
                        "\"seconds\":4.5,\"deliveriesPerSecond\":22.2,\"seed\":42,\"reliability\":{\"retryAfterKept\":3,")
                .endsWith("\"lookupsPer100Before\":101,\"lookupsPer100After\":8}}");
    }

    @Test
    void writesEachFigureUnderTheNameOfItsComponent() throws Exception {
        for (RecordComponent component : DemoReport.class.getRecordComponents()) {
            assertThat(GOOD.figures().get(component.getName()))
                    .isEqualTo(component.getAccessor().invoke(GOOD));
        }
    }

    @Test
    void passesWhenEverythingAcceptedIsAccountedFor() {
        assertThat(GOOD.passed()).isTrue();
    }

    @Test
    void failsOnEachOfTheFourFindingsAndOnASumThatIsWrong() {
        for (String key : List.of("lost", "effectsMoreThanOnce", "orderViolations", "projectionMismatch")) {
            assertThat(with(key, 1).passed()).as(key).isFalse();
        }
        assertThat(with("effects", 98).passed()).isFalse();
        assertThat(with("pending", 0).passed()).isFalse();
        assertThat(with("deadLetteredOpen", 3).passed()).isFalse();
    }

    @Test
    void namesTheDeliveriesConcernedInTheTable() {
        Verdict verdict =
                new Verdict(List.of("lost-1"), List.of("twice-1"), List.of("b (before a)"), List.of("k/push"));
        List<String> lines =
                ReportTable.lines(new DemoResult(with("lost", 1), verdict, Map.of(Fault.OUTAGE, 3)), CHANGE);
        assertThat(String.join("\n", lines))
                .contains("FAIL lost: 1", "lost-1", "twice-1", "b (before a)", "k/push", "outage 3")
                .endsWith("FAILED");
        Verdict clean = new Verdict(List.of(), List.of(), List.of(), List.of());
        assertThat(ReportTable.lines(new DemoResult(GOOD, clean, Map.of()), CHANGE))
                .endsWith("PASSED");
    }

    @Test
    void tellsWhatThePoliciesDidAndWhatTheirChangeBrought() {
        Verdict clean = new Verdict(List.of(), List.of(), List.of(), List.of());
        assertThat(ReportTable.lines(new DemoResult(GOOD, clean, Map.of()), CHANGE))
                .contains(
                        "  waits     3 of 4 kept that the chat asked for (Retry-After)",
                        "  budget    7 calls given up without a retry that the retry budget refused",
                        "  names     60 lookups, 12 fallbacks",
                        "  changed   less of it: 101 lookups for 100 messages before, 8 after");
    }

    @Test
    void saysNothingOfAChangeThatWasNotMade() {
        Verdict clean = new Verdict(List.of(), List.of(), List.of(), List.of());
        DemoReport unchanged = with("reliability", new ReliabilityFigures(0, 0, 0, 9, 0, 0, 9, 0));
        assertThat(ReportTable.lines(new DemoResult(unchanged, clean, Map.of()), Intervention.NONE))
                .noneMatch((line) -> line.contains("changed"));
    }

    @Test
    void namesNoMoreIdsThanCanBeRead() {
        List<String> many = IntStream.range(0, 50).mapToObj((i) -> "id-" + i).toList();
        Verdict verdict = new Verdict(many, List.of(), List.of(), List.of());
        assertThat(String.join("\n", ReportTable.lines(new DemoResult(with("lost", 50), verdict, Map.of()), CHANGE)))
                .contains("lost: 50", "id-19", "and 30 more")
                .doesNotContain("id-20");
    }

    private static DemoReport with(String name, Object figure) {
        try {
            RecordComponent[] components = DemoReport.class.getRecordComponents();
            List<Object> values = new ArrayList<>();
            for (RecordComponent component : components) {
                boolean wanted = component.getName().equals(name);
                Object value = component.getAccessor().invoke(GOOD);
                boolean wide = component.getType() == long.class;
                values.add(!wanted ? value : wide ? (Object) ((Number) figure).longValue() : figure);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return DemoReport.class.getDeclaredConstructor(types).newInstance(values.toArray());
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
