package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class CloudEventsTests {

    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";

    private final CloudEvents events = new CloudEvents(new PayloadCodec(JsonMapper.shared()));

    private final Map<String, String> binary = CloudEventHeaders.of(
            "id-1", "shop", "order.placed", 3, Instant.parse("2026-11-22T10:00:00Z"), "application/json");

    @Test
    void binaryModeIsRead() {
        this.binary.put("x-own", "own");
        ReceivedEvent event = read(this.binary, "{\"a\":1}");
        assertThat(event.id()).isEqualTo("id-1");
        assertThat(event.source()).isEqualTo("shop");
        assertThat(event.type()).isEqualTo("order.placed");
        assertThat(event.version()).isEqualTo(3);
        assertThat(event.time()).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.data()).asString().isEqualTo("{\"a\":1}");
        assertThat(event.headers()).containsEntry("x-own", "own").containsEntry("ce_id", "id-1");
        assertThat(event.toString()).doesNotContain("own", "{");
    }

    @Test
    void structuredModeIsReadIntoTheSameHeadersAsBinary() {
        ReceivedEvent event = read(Map.of("Content-Type", STRUCTURED, "x-own", "own"), """
                {"specversion":"1.0","id":"id-1","source":"shop","type":"order.placed","dataversion":"3",
                 "time":"2026-11-22T11:00:00+01:00","datacontenttype":"application/json","subject":"o-1",
                 "data":{"sum":1.10}}""");
        assertThat(event.version()).isEqualTo(3);
        assertThat(event.time()).isEqualTo("2026-11-22T10:00:00Z");
        assertThat(event.data()).asString().isEqualTo("{\"sum\":1.10}");
        assertThat(event.headers())
                .containsEntry("ce_id", "id-1")
                .containsEntry("ce_subject", "o-1")
                .containsEntry("ce_dataversion", "3")
                .containsEntry("content-type", "application/json")
                .containsEntry("x-own", "own")
                .doesNotContainKeys("ce_data", "ce_datacontenttype", "Content-Type");
    }

    @Test
    void structuredDataMayBeTextBytesOrNothing() {
        String attributes = "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":\"t\"";
        Map<String, String> headers = Map.of("content-type", STRUCTURED);
        assertThat(read(headers, attributes + ",\"datacontenttype\":\"text/plain\",\"data\":\"text\"}")
                        .data())
                .asString()
                .isEqualTo("text");
        assertThat(read(headers, attributes + ",\"data\":\"text\"}").data())
                .asString()
                .isEqualTo("\"text\"");
        assertThat(read(headers, attributes + ",\"data_base64\":\"AAH/\"}").data())
                .containsExactly(0, 1, -1);
        assertThat(read(headers, attributes + "}").data()).isEmpty();
        assertMalformed(headers, attributes + ",\"data_base64\":\"*\"}", "no Base64");
    }

    @Test
    void versionIsOneAndTimeUnknownWhereThePublisherSaysNothing() {
        this.binary.remove("ce_dataversion");
        this.binary.remove("ce_time");
        this.binary.remove("content-type");
        ReceivedEvent event = read(this.binary, "{}");
        assertThat(event.version()).isEqualTo(1);
        assertThat(event.time()).isNull();
        assertThat(event.contentType()).isNull();
    }

    @Test
    void otherMessagesAreNoEvents() {
        assertThat(this.events.read(Map.of(), new byte[0])).isNull();
        assertThat(this.events.read(Map.of("content-type", "application/json", "id", "1"), null))
                .isNull();
    }

    @Test
    void whatIsMissingOrWrongIsNamed() {
        for (String required : new String[] {"ce_id", "ce_source", "ce_type"}) {
            Map<String, String> headers = new LinkedHashMap<>(this.binary);
            headers.remove(required);
            assertMalformed(headers, "{}", "has no " + required);
        }
        assertMalformed(with("ce_specversion", "0.3"), "{}", "version '0.3'");
        assertMalformed(with("ce_dataversion", "v2"), "{}", "ce_dataversion");
        assertMalformed(with("ce_dataversion", "0"), "{}", "ce_dataversion");
        assertMalformed(with("ce_time", "yesterday"), "{}", "ce_time");
        assertMalformed(Map.of("content-type", STRUCTURED), "{no", "no JSON");
        assertMalformed(Map.of("content-type", STRUCTURED), "[]", "no JSON object");
        assertMalformed(Map.of("content-type", "application/cloudevents-batch+json"), "[]", "only application/cloud");
        assertMalformed(Map.of("content-type", "application/cloudevents+avro"), "[]", "only application/cloud");
    }

    @Test
    void kafkaValuesAreBytesOrText() {
        KafkaEvents kafka = new KafkaEvents(this.events);
        for (Object value : new Object[] {"{\"a\":1}", bytes("{\"a\":1}")}) {
            ReceivedEvent event = kafka.read(consumed(value));
            assertThat(event).isNotNull();
            assertThat(event.data()).asString().isEqualTo("{\"a\":1}");
        }
        ReceivedEvent tombstone = kafka.read(consumed(null));
        assertThat(tombstone).isNotNull();
        assertThat(tombstone.data()).isEmpty();
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> kafka.read(consumed(Map.of())))
                .withMessageContainingAll("INT-319", "'orders'", "ByteArrayDeserializer");
    }

    private ConsumerRecord<String, @Nullable Object> consumed(@Nullable Object value) {
        ConsumerRecord<String, @Nullable Object> consumed = new ConsumerRecord<>("orders", 0, 0, "k", value);
        this.binary.forEach((name, text) -> consumed.headers().add(name, bytes(text)));
        consumed.headers().add("ce_null", null);
        return consumed;
    }

    private Map<String, String> with(String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(this.binary);
        headers.put(name, value);
        return headers;
    }

    private ReceivedEvent read(Map<String, String> headers, String value) {
        ReceivedEvent event = this.events.read(headers, bytes(value));
        assertThat(event).isNotNull();
        return event;
    }

    private void assertMalformed(Map<String, String> headers, String value, String message) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.events.read(headers, bytes(value)))
                .withMessageContaining(message)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.EVENT_MALFORMED))
                .satisfies((ex) -> assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
