package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class EventVersionsTests {

    private static final String TYPE = "order.placed";

    private final Map<String, Upcaster> upcasters = new LinkedHashMap<>();

    private final Map<String, Downcaster> downcasters = new LinkedHashMap<>();

    private final Map<String, Integer> publishAs = new LinkedHashMap<>();

    private EventVersions versions(Class<?>... classes) {
        return EventVersions.of(
                new EventTypes(UnaryOperator.identity(), List.of(classes)),
                this.upcasters,
                this.downcasters,
                this.publishAs);
    }

    private void up(String name, int from, PayloadSteps steps) {
        this.upcasters.put(name, Upcaster.of(TYPE, from, steps));
    }

    private void down(String name, int from, PayloadSteps steps) {
        this.downcasters.put(name, Downcaster.of(TYPE, from, steps));
    }

    @Test
    void payloadGoesThroughEachVersionInTurn() {
        up("second", 2, PayloadSteps.none().rename("/b", "c"));
        up("first", 1, PayloadSteps.none().rename("/a", "b"));
        EventVersions versions = versions(Placed3.class);
        versions.check();
        assertThat(versions.convert(TYPE, 1, 3, json("{\"a\":1}"))).isEqualTo(json("{\"c\":1}"));
        assertThat(versions.convert(TYPE, 2, 3, json("{\"b\":1}"))).isEqualTo(json("{\"c\":1}"));
        assertThat(versions.convert(TYPE, 1, 2, json("{\"a\":1}"))).isEqualTo(json("{\"b\":1}"));
    }

    @Test
    void payloadGoesBackThroughEachVersion() {
        up("first", 1, PayloadSteps.none());
        up("second", 2, PayloadSteps.none());
        down("third", 3, PayloadSteps.none().rename("/c", "b"));
        down("second down", 2, PayloadSteps.none().rename("/b", "a"));
        EventVersions versions = versions(Placed3.class);
        versions.check();
        assertThat(versions.convert(TYPE, 3, 1, json("{\"c\":1}"))).isEqualTo(json("{\"a\":1}"));
    }

    @Test
    void payloadOfTheVersionWantedIsTheSameObject() {
        JsonNode payload = json("{\"a\":1}");
        assertThat(versions(Placed3.class).convert(TYPE, 3, 3, payload)).isSameAs(payload);
    }

    @Test
    void anUpcasterCannotChangeWhatWasGivenToTheChain() {
        up("first", 1, PayloadSteps.none().then((payload) -> payload.removeAll()));
        up("second", 2, PayloadSteps.none());
        ObjectNode payload = json("{\"a\":1}");
        versions(Placed3.class).convert(TYPE, 1, 3, payload);
        assertThat(payload).isEqualTo(json("{\"a\":1}"));
    }

    @Test
    void whatAnUpcasterKeepsIsNotChangedByTheNext() {
        ObjectNode kept = json("{\"a\":1}");
        up("first", 1, PayloadSteps.none().then((payload) -> kept));
        up("second", 2, PayloadSteps.none().drop("/a"));
        EventVersions versions = versions(Placed3.class);
        assertThat(versions.convert(TYPE, 1, 3, json("{}"))).isEqualTo(json("{}"));
        assertThat(kept).isEqualTo(json("{\"a\":1}"));
    }

    @Test
    void failureOfAnUpcasterNamesItAndTheVersions() {
        up("first", 1, PayloadSteps.none().then((payload) -> {
            throw new IllegalStateException("secret content");
        }));
        up("second", 2, PayloadSteps.none());
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> versions(Placed3.class).convert(TYPE, 1, 3, json("{}")))
                .withMessageContainingAll("INT-318", "'first'", "version 2", TYPE, "of version 1")
                .withMessageNotContaining("secret")
                .satisfies((ex) -> assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION));
    }

    @Test
    void upcasterThatReturnsNullFails() {
        this.upcasters.put("first", new Upcaster() {

            @Override
            public String type() {
                return TYPE;
            }

            @Override
            public int fromVersion() {
                return 2;
            }

            @Override
            @SuppressWarnings("NullAway")
            public ObjectNode upcast(ObjectNode payload) {
                return null;
            }
        });
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> versions(Placed3.class).convert(TYPE, 2, 3, json("{}")))
                .withMessageContaining("returned null");
    }

    @Test
    void payloadThatIsNoObjectCannotBeConverted() {
        up("second", 2, PayloadSteps.none());
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(
                        () -> versions(Placed3.class).convert(TYPE, 2, 3, JsonNodeFactory.instance.stringNode("text")))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.EVENT_CONVERSION_FAILED));
    }

    @Test
    void versionWithoutAWayIsRefusedForGood() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> versions(Placed3.class).convert(TYPE, 1, 3, json("{}")))
                .withMessageContainingAll("INT-317", "version 1 cannot be made version 3")
                .satisfies((ex) -> assertThat(ex.category()).isEqualTo(FailureCategory.PERMANENT));
    }

    @Test
    void classAloneNeedsNothing() {
        assertThatCode(() -> versions(Placed3.class).check()).doesNotThrowAnyException();
    }

    @Test
    void gapBehindTheOldestUpcasterEndsStartUp() {
        up("first", 1, PayloadSteps.none());
        assertRefused(
                versions(Placed3.class),
                "Event type 'order.placed': nothing leads from version 2 to version 3; the current class is "
                        + Placed3.class.getName(),
                "Upcaster.of(\"order.placed\", 2, PayloadSteps.none()…)");
    }

    @Test
    void gapBetweenTwoClassesEndsStartUp() {
        assertRefused(
                versions(Placed1.class, Placed3.class),
                "nothing leads from version 1 to version 3",
                "Upcaster.of(\"order.placed\", 1, PayloadSteps.none()…) with the steps that make version 2, and one for each version from there to 3.");
    }

    @Test
    void eachGapIsNamedOnceHoweverFarItReaches() {
        up("some day", 20250301, PayloadSteps.none());
        this.publishAs.put(TYPE, 1);
        down("last", Integer.MAX_VALUE, PayloadSteps.none());
        assertThatExceptionOfType(EventConfigurationException.class)
                .isThrownBy(() -> versions(Placed1.class, PlacedLast.class).check())
                .satisfies((ex) -> assertThat(ex.getMessage().split("nothing leads from version ", -1))
                        .satisfiesExactly(
                                (beginning) -> assertThat(beginning).startsWith("INT-314"),
                                (gap) -> assertThat(gap).startsWith("1 to version 20250301;"),
                                (gap) -> assertThat(gap).startsWith("20250302 to version 2147483647;"),
                                (gap) -> assertThat(gap).startsWith("2147483646 back to version 1")));
    }

    @Test
    void twoRoutesEndStartUpAndBothAreNamed() {
        up("first", 2, PayloadSteps.none());
        up("other", 2, PayloadSteps.none());
        assertRefused(
                versions(Placed3.class),
                "'first' and 'other' both lead away from version 2",
                "Remove 'first' or 'other', or correct its version.");
    }

    @Test
    void upcasterBeyondTheNewestClassEndsStartUp() {
        up("second", 2, PayloadSteps.none());
        up("beyond", 3, PayloadSteps.none());
        assertRefused(
                versions(Placed3.class),
                "Upcaster 'beyond' leads away from version 3 of event type 'order.placed'",
                "Raise the version in @EventType of %s, or remove 'beyond'.".formatted(Placed3.class.getName()));
    }

    @Test
    void upcasterOfATypeNobodyKnowsEndsStartUp() {
        this.upcasters.put("typo", Upcaster.of("order.plcaed", 1, PayloadSteps.none()));
        assertRefused(
                versions(Placed3.class),
                "Upcaster 'typo' is for event type 'order.plcaed', which no class has",
                "the types are [order.placed]");
    }

    @Test
    void upcasterOfVersionZeroEndsStartUp() {
        up("zero", 0, PayloadSteps.none());
        up("first", 1, PayloadSteps.none());
        up("second", 2, PayloadSteps.none());
        assertRefused(
                versions(Placed3.class), "'zero' of event type 'order.placed' leads away from version 0", "'zero'");
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        up("beyond", 7, PayloadSteps.none());
        this.upcasters.put("typo", Upcaster.of("nobody", 1, PayloadSteps.none()));
        this.publishAs.put("gone", 1);
        assertThatExceptionOfType(EventConfigurationException.class)
                .isThrownBy(() -> versions(Placed1.class, Placed3.class).check())
                .withMessageContainingAll("'beyond'", "'typo'", "publish-as.gone=1", "nothing leads from version 1");
    }

    @Test
    void publishedVersionNeedsAWayBack() {
        this.publishAs.put(TYPE, 1);
        down("third", 3, PayloadSteps.none());
        assertRefused(
                versions(Placed3.class),
                "integration.events.publish-as.order.placed=1: nothing leads from version 2 back to version 1",
                "Downcaster.of(\"order.placed\", 2,");
        down("second", 2, PayloadSteps.none());
        EventVersions versions = versions(Placed3.class);
        versions.check();
        assertThat(versions.published(TYPE, 3)).isEqualTo(1);
        assertThat(versions.published("other", 3)).isEqualTo(3);
    }

    @Test
    void publishedVersionMustBeOneOfTheType() {
        this.publishAs.put(TYPE, 4);
        assertRefused(versions(Placed3.class), "publish-as.order.placed=4 is no version", "Correct or remove");
        this.publishAs.put(TYPE, 0);
        assertRefused(versions(Placed3.class), "publish-as.order.placed=0 is no version", "Correct or remove");
    }

    @Test
    void downcasterMustLeadFromAVersionThatIsKnown() {
        down("first", 1, PayloadSteps.none());
        assertRefused(versions(Placed3.class), "Downcaster 'first'", "Correct the version of 'first'");
        this.downcasters.clear();
        down("beyond", 4, PayloadSteps.none());
        assertRefused(versions(Placed3.class), "Downcaster 'beyond' leads away from version 4", "'beyond'");
        this.downcasters.clear();
        down("third", 3, PayloadSteps.none());
        this.downcasters.put("again", Downcaster.of(TYPE, 3, PayloadSteps.none()));
        assertRefused(versions(Placed3.class), "'third' and 'again' both lead away from version 3", "Remove");
    }

    private static void assertRefused(EventVersions versions, String problem, String action) {
        assertThatExceptionOfType(EventConfigurationException.class)
                .isThrownBy(versions::check)
                .withMessageStartingWith("INT-314: ")
                .withMessageContaining(problem)
                .satisfies((ex) -> assertThat(ex.action()).contains(action));
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }

    @EventType(value = TYPE, version = 1)
    record Placed1() {}

    @EventType(value = TYPE, version = 3)
    record Placed3() {}

    @EventType(value = TYPE, version = Integer.MAX_VALUE)
    record PlacedLast() {}
}
