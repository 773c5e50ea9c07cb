package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

class EventReaderTests {

    private static final String TYPE = "order.placed";

    private static final String TOPIC = "orders";

    private final JsonMapper strictMapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final EventReader reader = reader(NewerVersionPolicy.TOLERANT, Map.of(), Map.of());

    private EventReader reader(
            NewerVersionPolicy others, Map<String, NewerVersionPolicy> named, Map<String, Downcaster> downcasters) {
        EventVersions versions = EventVersions.of(
                new EventTypes(UnaryOperator.identity(), List.of(Placed2.class, Placed3.class)),
                Map.of(
                        "first", Upcaster.of(TYPE, 1, PayloadSteps.none().rename("/sum", "total")),
                        "second", Upcaster.of(TYPE, 2, PayloadSteps.none().withDefault("/currency", "EUR"))),
                downcasters,
                Map.of());
        versions.check();
        return new EventReader(versions, new PayloadCodec(this.strictMapper), new EventPolicies<>(others, named));
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static EventReader.Origin origin(int version) {
        return new EventReader.Origin(TYPE, version, "application/json", TOPIC);
    }

    @Test
    void oldPayloadIsReadAsTheCurrentClassWithNoDigitLost() {
        byte[] payload = bytes("{\"id\":\"o-1\",\"sum\":12345678901234567.8900}");
        assertThat(this.reader.read(origin(1), payload, Placed3.class))
                .isEqualTo(new Placed3("o-1", new BigDecimal("12345678901234567.8900"), "EUR"));
    }

    @Test
    void handlerOfAnOlderClassGetsThePayloadInExactlyItsVersion() {
        byte[] payload = bytes("{\"id\":\"o-1\",\"sum\":1}");
        assertThat(this.reader.read(origin(1), payload, Placed2.class)).isEqualTo(new Placed2("o-1", BigDecimal.ONE));
    }

    @Test
    void eventIsReadAsTheCurrentClassOfItsType() {
        assertThat(this.reader.read(event(TYPE, 2, "{\"id\":\"o-1\",\"total\":1}"), TOPIC))
                .isEqualTo(new Placed3("o-1", BigDecimal.ONE, "EUR"));
    }

    @Test
    void eventOfATypeWithoutClassIsRefusedForGood() {
        assertRefused(
                () -> this.reader.read(event("nobody", 1, "{}"), TOPIC),
                ProblemCode.EVENT_VERSION_UNREADABLE,
                FailureCategory.PERMANENT);
    }

    @Test
    void newerPayloadIsReadTolerantlyWhateverTheApplicationsMapperSaysOfUnknownProperties() {
        byte[] payload = bytes("{\"id\":\"o-1\",\"total\":1,\"currency\":\"USD\",\"new\":{\"a\":1}}");
        assertThat(this.reader.read(origin(4), payload, Placed3.class))
                .isEqualTo(new Placed3("o-1", BigDecimal.ONE, "USD"));
        assertThat(this.reader.read(origin(4), payload, Placed2.class))
                .as("newer than this class, although a newer class is known")
                .isEqualTo(new Placed2("o-1", BigDecimal.ONE));
        assertThat(this.strictMapper.isEnabled(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES))
                .as("setting of the application")
                .isTrue();
    }

    @Test
    void newerPayloadIsParkedOrAwaitedWhereThePolicySaysSo() {
        byte[] payload = bytes("{\"id\":\"o-1\",\"total\":1,\"currency\":\"USD\"}");
        assertRefused(
                () -> reader(NewerVersionPolicy.PARK, Map.of(), Map.of()).read(origin(4), payload, Placed3.class),
                ProblemCode.EVENT_VERSION_PARKED,
                FailureCategory.PERMANENT);
        assertRefused(
                () -> reader(NewerVersionPolicy.FAIL, Map.of(), Map.of()).read(origin(4), payload, Placed3.class),
                ProblemCode.EVENT_VERSION_AWAITED,
                FailureCategory.TEMPORARY);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() ->
                        reader(NewerVersionPolicy.PARK, Map.of(), Map.of()).read(origin(4), payload, Placed3.class))
                .withMessageContainingAll(
                        TYPE, "version 4", Placed3.class.getName(), "version 3", "newer-versions is park");
    }

    @Test
    void policyOfTheTypeIsAskedBeforeThatOfTheDestination() {
        byte[] payload = bytes("{\"id\":\"o-1\",\"total\":1,\"currency\":\"USD\"}");
        EventReader byTopic = reader(NewerVersionPolicy.FAIL, Map.of(TOPIC, NewerVersionPolicy.PARK), Map.of());
        assertRefused(
                () -> byTopic.read(origin(4), payload, Placed3.class),
                ProblemCode.EVENT_VERSION_PARKED,
                FailureCategory.PERMANENT);
        EventReader byType = reader(
                NewerVersionPolicy.FAIL,
                Map.of(TOPIC, NewerVersionPolicy.PARK, TYPE, NewerVersionPolicy.TOLERANT),
                Map.of());
        assertThat(byType.read(origin(4), payload, Placed3.class).currency()).isEqualTo("USD");
    }

    @Test
    void newerPayloadIsMadeTheVersionWantedWhereDowncastersLeadThere() {
        EventReader downcasting = reader(
                NewerVersionPolicy.PARK,
                Map.of(),
                Map.of("third", Downcaster.of(TYPE, 3, PayloadSteps.none().then((payload) -> {
                    payload.put(
                            "id",
                            payload.path("id").asString() + " in "
                                    + payload.path("currency").asString());
                    return payload;
                }))));
        byte[] payload = bytes("{\"id\":\"o-1\",\"total\":1,\"currency\":\"USD\"}");
        assertThat(downcasting.read(origin(3), payload, Placed2.class).id()).isEqualTo("o-1 in USD");
    }

    @Test
    void eventOfAnotherTypeIsNotTakenForOneOfTheClass() {
        assertRefused(
                () -> this.reader.read(event("order.paid", 3, "{}"), TOPIC, Placed3.class),
                ProblemCode.EVENT_VERSION_UNREADABLE,
                FailureCategory.PERMANENT);
    }

    @Test
    void versionOlderThanTheOldestUpcasterIsRefusedForGood() {
        EventVersions versions = EventVersions.of(
                new EventTypes(UnaryOperator.identity(), List.of(Placed3.class)), Map.of(), Map.of(), Map.of());
        EventReader alone = new EventReader(
                versions,
                new PayloadCodec(this.strictMapper),
                new EventPolicies<>(NewerVersionPolicy.TOLERANT, Map.of()));
        assertRefused(
                () -> alone.read(origin(2), bytes("{}"), Placed3.class),
                ProblemCode.EVENT_VERSION_UNREADABLE,
                FailureCategory.PERMANENT);
    }

    @Test
    void foreignMessageWithoutTypeIsReadAsItIs() {
        EventReader.Origin foreign = new EventReader.Origin(null, 1, null, null);
        assertThat(this.reader.read(foreign, bytes("{\"id\":\"o-1\",\"total\":1}"), Placed2.class))
                .isEqualTo(new Placed2("o-1", BigDecimal.ONE));
    }

    @Test
    void payloadThatIsNullOrNoJsonIsRefused() {
        assertRefused(
                () -> this.reader.read(origin(3), bytes("null"), Placed3.class),
                ProblemCode.EVENT_MALFORMED,
                FailureCategory.VALIDATION);
        assertRefused(
                () -> this.reader.read(
                        new EventReader.Origin(TYPE, 3, "application/avro", TOPIC), bytes("{}"), Placed3.class),
                ProblemCode.EVENT_MALFORMED,
                FailureCategory.VALIDATION);
        assertThatExceptionOfType(JacksonException.class)
                .isThrownBy(() -> this.reader.read(origin(1), bytes("{no json"), Placed3.class));
    }

    @Test
    void jsonHasManyMediaTypes() {
        for (String type : List.of("application/json; charset=UTF-8", "application/vnd.shop+json", "Text/JSON")) {
            assertThat(this.reader.read(
                            new EventReader.Origin(TYPE, 2, type, null),
                            bytes("{\"id\":\"o\",\"total\":1}"),
                            Placed2.class))
                    .isNotNull();
        }
    }

    private static ReceivedEvent event(String type, int version, String json) {
        return new ReceivedEvent("id", "shop", type, version, null, null, bytes(json), Map.of());
    }

    private static void assertRefused(Runnable read, ProblemCode code, FailureCategory category) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(read::run)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code))
                .satisfies((ex) -> assertThat(ex.category()).isEqualTo(category));
    }

    @EventType(value = TYPE, version = 2)
    record Placed2(String id, BigDecimal total) {}

    @EventType(value = TYPE, version = 3)
    record Placed3(String id, BigDecimal total, @Nullable String currency) {}
}
