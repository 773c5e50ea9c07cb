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
        "seed"
    };

    private static final DemoReport GOOD =
            new DemoReport(120, 100, 100, 20, 0, 100, 100, 97, 0, 110, 10, 1, 5, 2, 3, 1, 0, 0, 0, 4.5, 22.2, 42);

    @Test
    void hasTheDocumentedKeysInTheirOrder() {
        assertThat(GOOD.figures()).containsOnlyKeys(KEYS);
        assertThat(GOOD.figures().keySet()).containsExactly(KEYS);
        assertThat(new JsonMapper().writeValueAsString(GOOD.figures()))
                .startsWith("{\"sent\":120,\"distinct\":100,")
                .endsWith("\"seconds\":4.5,\"deliveriesPerSecond\":22.2,\"seed\":42}");
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
        List<String> lines = ReportTable.lines(new DemoResult(with("lost", 1), verdict, Map.of(Fault.OUTAGE, 3)));
        assertThat(String.join("\n", lines))
                .contains("FAIL lost: 1", "lost-1", "twice-1", "b (before a)", "k/push", "outage 3")
                .endsWith("FAILED");
        Verdict clean = new Verdict(List.of(), List.of(), List.of(), List.of());
        assertThat(ReportTable.lines(new DemoResult(GOOD, clean, Map.of()))).endsWith("PASSED");
    }

    @Test
    void namesNoMoreIdsThanCanBeRead() {
        List<String> many = IntStream.range(0, 50).mapToObj((i) -> "id-" + i).toList();
        Verdict verdict = new Verdict(many, List.of(), List.of(), List.of());
        assertThat(String.join("\n", ReportTable.lines(new DemoResult(with("lost", 50), verdict, Map.of()))))
                .contains("lost: 50", "id-19", "and 30 more")
                .doesNotContain("id-20");
    }

    private static DemoReport with(String name, int figure) {
        try {
            RecordComponent[] components = DemoReport.class.getRecordComponents();
            List<Object> values = new ArrayList<>();
            for (RecordComponent component : components) {
                boolean wanted = component.getName().equals(name);
                Object value = component.getAccessor().invoke(GOOD);
                values.add(!wanted ? value : (component.getType() == long.class) ? (Object) (long) figure : figure);
            }
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return DemoReport.class.getDeclaredConstructor(types).newInstance(values.toArray());
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
