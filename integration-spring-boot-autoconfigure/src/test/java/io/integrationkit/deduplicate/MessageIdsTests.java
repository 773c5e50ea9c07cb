package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.context.DispatchedEvents;
import io.integrationkit.context.Scope;
import io.integrationkit.event.EventHandler;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.messaging.Message;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.messaging.support.MessageBuilder;

class MessageIdsTests {

    void byExpression(String id) {}

    void ofRecord(String text, ConsumerRecord<String, String> received) {}

    void ofMessage(Message<String> received) {}

    void ofHeaders(String text, @Header("ce_source") String source, @Header(name = "ce_id") byte[] id) {}

    void ofOneHeader(@Header("ce_id") String id) {}

    @EventHandler
    void ofEvent(String payload) {}

    @EventHandler
    void ofEvents(List<String> payloads) {}

    void ofNothing(String text, @Header("other") String other, List<String> batch) {}

    @Test
    void anExpressionGivesTheIdAndTheSourceIsUnknown() {
        assertThat(identify("byExpression", "#id", "m-1")).isEqualTo(identity("", "m-1"));
    }

    @Test
    void aRecordHasIdAndSourceInItsHeaders() {
        ConsumerRecord<String, String> received = new ConsumerRecord<>("topic", 0, 0, "key", "value");
        received.headers().add("ce_id", "old".getBytes(StandardCharsets.UTF_8));
        received.headers().add("ce_id", "m-1".getBytes(StandardCharsets.UTF_8));
        received.headers().add("ce_source", "/shop/ü".getBytes(StandardCharsets.UTF_8));
        assertThat(identify("ofRecord", "", "text", received)).isEqualTo(identity("/shop/ü", "m-1"));
    }

    @Test
    void aMessageHasIdAndSourceInItsHeadersAsTextOrBytes() {
        assertThat(identify(
                        "ofMessage",
                        "",
                        MessageBuilder.withPayload("x")
                                .setHeader("ce_id", "m-1")
                                .setHeader("ce_source", "/shop".getBytes(StandardCharsets.UTF_8))
                                .build()))
                .isEqualTo(identity("/shop", "m-1"));
    }

    @Test
    void headersMayBeParameters() {
        assertThat(identify("ofHeaders", "", "text", "/shop", "m-1".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(identity("/shop", "m-1"));
        assertThat(identify("ofHeaders", "", "text", null, "m-1".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(identity("", "m-1"));
        assertThat(identify("ofOneHeader", "", "m-1")).isEqualTo(identity("", "m-1"));
    }

    @Test
    void anEventHandlerGetsThoseOfTheEventThatIsHandedToIt() {
        String payload = new String("payload");
        Map<String, String> headers = Map.of("ce_id", "m-1", "ce_source", "/shop");
        try (Scope scope = DispatchedEvents.open(List.of(payload), List.of(headers))) {
            assertThat(identify("ofEvent", "", payload)).isEqualTo(identity("/shop", "m-1"));
            assertThat(identify("ofEvents", "", List.of(payload), payload)).isEqualTo(identity("/shop", "m-1"));
            assertThatExceptionOfType(ProblemException.class)
                    .as("the payload of another event")
                    .isThrownBy(() -> identify("ofEvent", "", new String("payload")));
        }
        assertThatExceptionOfType(ProblemException.class)
                .as("nobody dispatches")
                .isThrownBy(() -> identify("ofEvent", "", payload));
    }

    @Test
    void aMethodThatCannotHaveAnIdEndsStartUp() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> ids("ofNothing", ""))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_ID_MISSING);
                    assertThat(ex.action()).contains("ConsumerRecord").contains("#event.id");
                });
    }

    @Test
    void aMessageWithoutIdIsAMistakeOfItsSender() {
        assertMissing("ofRecord", "", "text", new ConsumerRecord<>("topic", 0, 0, "key", "value"));
        assertMissing("ofRecord", "", "text", null);
        assertMissing("ofMessage", "", new GenericMessage<>("payload"));
        assertMissing("ofOneHeader", "", " ");
        assertMissing("byExpression", "#id", new @Nullable Object[] {null});
    }

    private static void assertMissing(String method, String expression, @Nullable Object... arguments) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> identify(method, expression, arguments))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_ID_MISSING);
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                });
    }

    private static MessageIdentity identity(String source, String id) {
        return new MessageIdentity("audit", source, id);
    }

    private static MessageIdentity identify(String method, String expression, @Nullable Object... arguments) {
        return ids(method, expression).identify(arguments);
    }

    private static MessageIds ids(String name, String expression) {
        Operation operation = Arrays.stream(MessageIdsTests.class.getDeclaredMethods())
                .filter((method) -> method.getName().equals(name))
                .map((method) -> new Operation("listener." + name, "listener", MessageIdsTests.class, method))
                .findFirst()
                .orElseThrow();
        return MessageIds.of(operation, "audit", expression);
    }
}
