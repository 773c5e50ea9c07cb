package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.Operation;
import io.integrationkit.call.Sensitive;
import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.Redaction;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What dead letters promise about showing content, whatever keeps them. */
abstract class ContentContract extends SelectionContract {

    interface Payments {

        void pay(String customer, @Sensitive String remark, Order order, String password, List<Piece> pieces);
    }

    static class Bank implements Payments {

        @Override
        public void pay(String customer, String remark, Order order, String password, List<Piece> pieces) {}
    }

    record Order(
            int id,
            @Sensitive String allergy,
            @JsonProperty("hat") @Sensitive Map<String, String> headSize,
            @Nullable Order parent,
            Shape shape) {}

    sealed interface Shape permits Round, Square {}

    record Round(int radius, @Sensitive String blood) implements Shape {}

    record Square(int side) implements Shape {}

    @Sensitive
    record Piece(String text) {}

    record Placed(int id, @Sensitive String greeting) {}

    private static final String ARGUMENTS = """
            ["anna","CANARY",{"id":7,"allergy":"CANARY","hat":{"a":"CANARY"},"parent":{"id":8,"allergy":"CANARY",\
            "hat":null,"parent":null,"shape":{"side":2}},"shape":{"radius":1,"blood":"CANARY"}},"CANARY",\
            [{"text":"CANARY"}]]""";

    private String pay(String arguments) {
        Method method = Arrays.stream(Bank.class.getDeclaredMethods())
                .filter((each) -> each.getName().equals("pay"))
                .findFirst()
                .orElseThrow();
        Operation operation = new Operation("bank.pay", "bank", Bank.class, method);
        this.operations = (name) -> name.equals("bank.pay") ? operation : null;
        return this.deadLetters.store(new GivenUpCall(
                operation,
                arguments,
                "p-1",
                Failure.of(FailureCategory.TEMPORARY),
                new IllegalStateException("down"),
                1,
                Compensation.NONE));
    }

    private DeadLetterDetails show(String id) {
        return this.deadLetters.show(id).orElseThrow();
    }

    private DeadLetterDetails show(String payload, @Nullable String type) {
        return show(this.deadLetters.storeMessage(payload(payload.getBytes(StandardCharsets.UTF_8), type, Map.of())));
    }

    private static DeadLetterMessage payload(byte[] payload, @Nullable String type, Map<String, String> headers) {
        return new DeadLetterMessage(
                "events",
                null,
                "m-" + Arrays.hashCode(payload),
                type,
                2,
                "text/plain",
                headers,
                payload,
                Failure.of(FailureCategory.PERMANENT),
                new IllegalStateException("refused"),
                1);
    }

    private void mayReveal() {
        this.masking = new MaskingSettings(Redaction.FIELDS, MaskingSettings.HEADERS, true);
        this.deadLetters = deadLetters();
    }

    @Test
    void argumentsAreShownWithoutWhatIsSensitive() {
        DeadLetterDetails shown = show(pay(ARGUMENTS));

        assertThat(shown.content()).isEqualTo("""
                ["anna","***",{"id":7,"allergy":"***","hat":"***","parent":{"id":8,"allergy":"***","hat":null,\
                "parent":null,"shape":{"side":2}},"shape":{"radius":1,"blood":"***"}},"***","***"]""");
        assertThat(shown.revealed()).isFalse();
        assertThat(shown.contentType()).isEqualTo("application/json");
        assertThat(shown.contentSize()).isEqualTo(ARGUMENTS.length());
        assertThat(shown.notes()).isEmpty();
        assertThat(shown.entry().name()).isEqualTo("bank.pay");
    }

    @Test
    void ofAnOperationThatIsGoneOnlyTheShapeIsShown() {
        String id = pay("[\"CANARY\",true,{\"id\":4711,\"x\":[null,\"CANARY\"]}]");
        this.operations = (name) -> null;

        DeadLetterDetails shown = show(id);

        assertThat(shown.content()).isEqualTo("[\"***\",\"***\",{\"id\":\"***\",\"x\":[null,\"***\"]}]");
        assertThat(shown.notes()).singleElement().asString().startsWith("No value is shown");
    }

    @Test
    void aPayloadIsShownWithoutWhatItsClassesSayIsSensitive() {
        this.events = (type, version) -> (version == 2) ? List.of(Placed.class) : List.of();

        assertThat(show(
                                "{\"id\":7,\"greeting\":\"CANARY\",\"e_mail\":\"CANARY\",\"n\":{\"Greeting\":1}}",
                                "order.placed")
                        .content())
                .isEqualTo("{\"id\":7,\"greeting\":\"***\",\"e_mail\":\"***\",\"n\":{\"Greeting\":\"***\"}}");
        this.events = (type, version) -> List.of();
        assertThat(show("{\"id\":7,\"greeting\":\"CANARY\"}", "order.placed").content())
                .isEqualTo("{\"id\":\"***\",\"greeting\":\"***\"}");
        assertThat(show("{\"id\":7,\"greeting\":\"hello\",\"PIN\":{\"a\":1}}", null)
                        .content())
                .isEqualTo("{\"id\":7,\"greeting\":\"hello\",\"PIN\":\"***\"}");
    }

    @Test
    void secretsInTextsAndNumbersOfADocumentAreMasked() {
        assertThat(show(
                                "[\"see https://a:CANARY@b/c?CANARY\",4111111111111111,{\"x\":\"{\\\"cvv\\\":\\\"CANARY\\\"}\"}]",
                                null)
                        .content())
                .isEqualTo("[\"see https://***@b/c?***\",\"***\",{\"x\":\"{\\\"cvv\\\":\\\"***\\\"}\"}]");
    }

    @Test
    void whatIsNoJsonIsNotShown() {
        for (String payload : List.of("CANARY", "{\"a\":\"CANARY\"", "{\"a\":1} CANARY", "a=CANARY")) {
            DeadLetterDetails shown = show(payload, null);
            assertThat(shown.content()).isNull();
            assertThat(shown.contentSize()).isEqualTo(payload.length());
            assertThat(shown.contentType()).isEqualTo("text/plain");
            assertThat(shown.notes())
                    .singleElement()
                    .asString()
                    .contains("not JSON")
                    .doesNotContain("CANARY");
        }
        assertThat(show("", null).content()).isNull();
    }

    @Test
    void aLongContentIsShortenedAndAVeryLongOneNotShown() {
        DeadLetterDetails shortened = show("[\"" + "x".repeat(100_000) + "\"]", null);
        assertThat(shortened.content()).hasSize(ContentView.LONGEST);
        assertThat(shortened.notes()).singleElement().asString().contains("65536 of 100004 characters");

        DeadLetterDetails hidden = show("[\"" + "x".repeat(ContentView.LARGEST_MASKED) + "\"]", null);
        assertThat(hidden.content()).isNull();
        assertThat(hidden.notes()).singleElement().asString().contains("too large to be masked");
    }

    @Test
    void onlyHeadersThatAreAllowedAreShown() {
        Map<String, String> headers = Map.of(
                "Authorization", "Bearer CANARY",
                "ce_id", "m-1",
                "ce_source", "https://a:CANARY@shop/x?CANARY",
                "ce_secret", "CANARY",
                "X-Correlation-Id", "c\r\n1",
                "kafka_dlt-original-topic", "orders",
                "kafka_dlt-exception-message", "CANARY");

        DeadLetterDetails shown =
                show(this.deadLetters.storeMessage(payload("{}".getBytes(StandardCharsets.UTF_8), null, headers)));

        assertThat(shown.headers())
                .containsOnly(
                        Map.entry("Authorization", "***"),
                        Map.entry("ce_id", "m-1"),
                        Map.entry("ce_source", "https://***@shop/x?***"),
                        Map.entry("ce_secret", "***"),
                        Map.entry("X-Correlation-Id", "c  1"),
                        Map.entry("kafka_dlt-original-topic", "orders"),
                        Map.entry("kafka_dlt-exception-message", "***"));
        assertThat(shown.toString()).doesNotContain("CANARY").doesNotContain("orders");
    }

    @Test
    void nothingIsRevealedUntilSomebodyAllowsIt() {
        String id = pay(ARGUMENTS);

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.reveal(id, BY))
                .withMessageContaining("integration.dead-letters.reveal=false")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_REVEAL_FORBIDDEN));
        assertThat(this.deadLetters.history(id)).isEmpty();
    }

    @Test
    void whatIsRevealedIsNotedAndAllOfIt() {
        mayReveal();
        String id = pay(ARGUMENTS);
        Map<String, String> headers = Map.of("Authorization", "Bearer CANARY");
        byte[] binary = {0, 1, -1};
        String message = this.deadLetters.storeMessage(payload(binary, "order.placed", headers));

        DeadLetterDetails shown = this.deadLetters.reveal(id, BY).orElseThrow();

        assertThat(shown.revealed()).isTrue();
        assertThat(shown.content()).isEqualTo(ARGUMENTS);
        assertThat(shown.toString()).doesNotContain("CANARY");
        assertThat(shown.history())
                .extracting(DeadLetterChange::action, DeadLetterChange::actor, DeadLetterChange::reason)
                .containsExactly(tuple(Action.REVEALED, BY.actor(), BY.reason()));
        DeadLetterDetails bytes = this.deadLetters.reveal(message, BY).orElseThrow();
        assertThat(bytes.content()).isEqualTo(Base64.getEncoder().encodeToString(binary));
        assertThat(bytes.headers()).isEqualTo(headers);
        assertThat(this.deadLetters.history(message)).hasSize(1);
        assertThat(show(id).content()).doesNotContain("CANARY");
        assertThat(this.deadLetters.reveal("nowhere", BY)).isEmpty();
        assertThat(this.deadLetters.show("nowhere")).isEmpty();
    }

    @Test
    void theMessageOfAFailureIsStoredWithoutSecretsAndItsFingerprintStays() {
        IllegalStateException failure = new IllegalStateException("https://a:CANARY@b/c?x=CANARY password=CANARY");
        String id = this.deadLetters.store(call(GivenUpCallsOfTests.operation("orders.ship"), "o-1", failure));
        this.calls = (operation, arguments) -> {
            throw new ArithmeticException("{\"token\":\"CANARY\"}");
        };
        assertThat(entry(id).message()).isEqualTo("https://***@b/c?*** password=***");
        IllegalStateException same = new IllegalStateException("other");
        same.setStackTrace(failure.getStackTrace());
        String other = this.deadLetters.store(call(GivenUpCallsOfTests.operation("orders.ship"), "o-2", same));
        assertThat(entry(other).fingerprint()).isEqualTo(entry(id).fingerprint());

        ReplayResult result = this.deadLetters.replay(id, BY);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.detail()).isEqualTo("java.lang.ArithmeticException: {\"token\":\"***\"}");
        assertThat(entry(id).note()).isEqualTo(result.detail());
        assertThat(this.deadLetters.history(id).toString()).doesNotContain("CANARY");
    }

    @Test
    void whatAParserOfJsonSaysIsNotStoredSinceItQuotesTheDocument() {
        Exception parsing = null;
        try {
            tools.jackson.databind.json.JsonMapper.shared().readValue("CANARY", Order.class);
        } catch (RuntimeException ex) {
            parsing = ex;
        }
        assertThat(parsing).hasMessageContaining("CANARY");
        IllegalStateException wrapping = new IllegalStateException("Could not read: " + parsing.getMessage(), parsing);
        for (Exception failure : List.of(parsing, wrapping)) {
            String id = this.deadLetters.store(call(GivenUpCallsOfTests.operation("orders.ship"), "o-1", failure));
            assertThat(entry(id).message()).doesNotContain("CANARY").contains("not readable");
        }
    }

    @Test
    void whatIsPrintedOfMessagesAndCallsHasNoContent() {
        DeadLetterMessage message = payload("CANARY".getBytes(StandardCharsets.UTF_8), null, Map.of("a", "CANARY"));
        ReplayedMessage replayed = new ReplayedMessage(
                "d", "CANARY", "m", null, 1, null, Map.of("a", "CANARY"), "CANARY".getBytes(StandardCharsets.UTF_8));
        GivenUpCall call = call(GivenUpCallsOfTests.operation("orders.ship"), "o-1", new RuntimeException("CANARY"));
        Content arguments = new Content.OfCall("[\"CANARY\"]");
        Content content = new Content.OfMessage("m", null, 1, null, Map.of("a", "CANARY"), new byte[0]);

        assertThat("%s %s %s %s %s".formatted(message, replayed, call, arguments, content))
                .doesNotContain("CANARY")
                .doesNotContain("o-1");
        assertThat(message("d", "m").toString()).contains("destination=d");
    }
}
