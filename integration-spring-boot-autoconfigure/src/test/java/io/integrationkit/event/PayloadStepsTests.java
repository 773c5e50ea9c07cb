package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class PayloadStepsTests {

    private static final PayloadSteps STEPS = PayloadSteps.none();

    @Test
    void renameKeepsTheValueInItsObject() {
        assertChange(STEPS.rename("/customer/name", "fullName"), """
                {"customer":{"name":"Ada","id":7}}""", """
                {"customer":{"id":7,"fullName":"Ada"}}""");
    }

    @Test
    void moveMakesTheObjectsOnTheWay() {
        assertChange(STEPS.move("/street", "/address/home/street"), """
                {"street":"Main","address":null}""", """
                {"address":{"home":{"street":"Main"}}}""");
    }

    @Test
    void splitGivesTheRestToTheLastPlaceAndNullToPlacesWithoutAPart() {
        PayloadSteps split = STEPS.split("/name", " ", "/first", "/last");
        assertChange(split, """
                {"name":"Ada King Lovelace"}""", """
                {"first":"Ada","last":"King Lovelace"}""");
        assertChange(split, """
                {"name":"Ada"}""", """
                {"first":"Ada","last":null}""");
        assertChange(split, """
                {"name":null}""", """
                {"first":null,"last":null}""");
        assertChange(STEPS.split("/name", ".", "/a", "/b"), """
                {"name":"x.y"}""", """
                {"a":"x","b":"y"}""");
    }

    @Test
    void splitOfSomethingElseThanATextFails() {
        assertFails(STEPS.split("/name", " ", "/first", "/last"), "{\"name\":7}", "/name is no text");
    }

    @Test
    void defaultIsForWhatIsMissingNotForNull() {
        PayloadSteps steps = STEPS.withDefault("/currency", "EUR");
        assertChange(steps, "{}", "{\"currency\":\"EUR\"}");
        assertChange(steps, "{\"currency\":null}", "{\"currency\":null}");
        assertChange(steps, "{\"currency\":\"USD\"}", "{\"currency\":\"USD\"}");
        assertChange(STEPS.withDefault("/a/b", Map.of("c", List.of(1, true))), "{}", """
                {"a":{"b":{"c":[1,true]}}}""");
        assertChange(STEPS.withDefault("/a", null), "{}", "{\"a\":null}");
    }

    @Test
    void defaultIsACopyEachTime() {
        PayloadSteps steps = STEPS.withDefault("/tags", List.of()).then((payload) -> {
            payload.withArray("tags").add("x");
            return payload;
        });
        assertChange(steps, "{}", "{\"tags\":[\"x\"]}");
        assertChange(steps, "{}", "{\"tags\":[\"x\"]}");
    }

    @Test
    void dropRemoves() {
        assertChange(STEPS.drop("/a/b"), "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"c\":2}}");
    }

    @Test
    void eachObjectOfAListIsChanged() {
        assertChange(STEPS.each("/lines", STEPS.rename("/qty", "quantity")), """
                {"lines":[{"qty":1},{"qty":2},null]}""", """
                {"lines":[{"quantity":1},{"quantity":2},null]}""");
    }

    @Test
    void stepsAreDoneInTheirOrder() {
        assertChange(STEPS.rename("/a", "b").rename("/b", "c").withDefault("/a", 1), "{\"a\":0}", "{\"c\":0,\"a\":1}");
    }

    @Test
    void stepsAreNotChangedByGoingOn() {
        PayloadSteps first = STEPS.drop("/a");
        first.drop("/b");
        assertChange(first, "{\"a\":1,\"b\":2}", "{\"b\":2}");
    }

    @Test
    void whatIsNotThereIsNotChanged() {
        PayloadSteps steps = STEPS.rename("/a", "b")
                .move("/x/y", "/z")
                .split("/n", " ", "/f", "/l")
                .drop("/d/e")
                .each("/list", STEPS.drop("/q"));
        assertChange(steps, "{\"k\":1}", "{\"k\":1}");
    }

    @Test
    void nothingIsOverwritten() {
        assertFails(STEPS.rename("/a", "b"), "{\"a\":1,\"b\":2}", "/b is there already");
        assertFails(STEPS.move("/a", "/b/c"), "{\"a\":1,\"b\":2}", "no object");
    }

    @Test
    void placesAreChecked() {
        assertThatIllegalArgumentException().isThrownBy(() -> STEPS.drop("name"));
        assertThatIllegalArgumentException().isThrownBy(() -> STEPS.drop(""));
        assertThatIllegalArgumentException().isThrownBy(() -> STEPS.split("/name", " ", "/first"));
    }

    private static void assertChange(PayloadSteps steps, String before, String after) {
        assertThat(steps.apply(json(before))).isEqualTo(json(after));
    }

    private static void assertFails(PayloadSteps steps, String before, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> steps.apply(json(before)))
                .withMessageContaining(message);
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) JsonMapper.shared().readTree(text);
    }
}
