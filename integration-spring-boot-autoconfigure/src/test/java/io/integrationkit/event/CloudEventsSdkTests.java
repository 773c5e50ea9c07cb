package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.Encoding;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.cloudevents.kafka.CloudEventSerializer;
import io.integrationkit.call.PayloadCodec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** The official SDK reads what we write, and we read what it writes. */
class CloudEventsSdkTests {

    private static final String TOPIC = "orders";

    private static final byte[] PAYLOAD = "{\"id\":\"o-1\",\"sum\":1.10}".getBytes(StandardCharsets.UTF_8);

    private final KafkaEvents ours = new KafkaEvents(new CloudEvents(new PayloadCodec(JsonMapper.shared())));

    private final CloudEvent theirs = CloudEventBuilder.v1()
            .withId("id-1")
            .withSource(URI.create("/shop"))
            .withType("order.placed")
            .withTime(OffsetDateTime.parse("2026-11-22T10:00:00.123Z"))
            .withSubject("o-1")
            .withData("application/json", PAYLOAD)
            .withExtension("dataversion", "2")
            .build();

    @Test
    void sdkReadsOurBinaryHeaders() {
        RecordHeaders headers = new RecordHeaders();
        CloudEventHeaders.of(
                        "id-1",
                        "shop",
                        "order.placed",
                        2,
                        Instant.parse("2026-11-22T10:00:00.123456Z"),
                        "application/json")
                .forEach((name, value) -> headers.add(name, value.getBytes(StandardCharsets.UTF_8)));
        try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
            CloudEvent event = deserializer.deserialize(TOPIC, headers, PAYLOAD);
            assertThat(event.getSpecVersion().toString()).isEqualTo("1.0");
            assertThat(event.getId()).isEqualTo("id-1");
            assertThat(event.getSource()).isEqualTo(URI.create("shop"));
            assertThat(event.getType()).isEqualTo("order.placed");
            assertThat(event.getTime()).isEqualTo("2026-11-22T10:00:00.123Z");
            assertThat(event.getExtension("dataversion")).isEqualTo("2");
            assertThat(event.getDataContentType()).isEqualTo("application/json");
            assertThat(Objects.requireNonNull(event.getData()).toBytes()).isEqualTo(PAYLOAD);
        }
    }

    @Test
    void weReadTheBinaryModeOfTheSdk() {
        assertIsTheirs(written(Map.of(CloudEventSerializer.ENCODING_CONFIG, Encoding.BINARY)));
    }

    @Test
    void weReadTheStructuredModeOfTheSdk() {
        assertIsTheirs(written(Map.of(
                CloudEventSerializer.ENCODING_CONFIG,
                Encoding.STRUCTURED,
                CloudEventSerializer.EVENT_FORMAT_CONFIG,
                JsonFormat.CONTENT_TYPE)));
    }

    private void assertIsTheirs(ConsumerRecord<String, byte[]> consumed) {
        ReceivedEvent event = this.ours.read(consumed);
        assertThat(event).isNotNull();
        assertThat(event.id()).isEqualTo("id-1");
        assertThat(event.source()).isEqualTo("/shop");
        assertThat(event.type()).isEqualTo("order.placed");
        assertThat(event.version()).isEqualTo(2);
        assertThat(event.time()).isEqualTo("2026-11-22T10:00:00.123Z");
        assertThat(event.contentType()).isEqualTo("application/json");
        assertThat(event.headers()).containsEntry("ce_subject", "o-1").containsEntry("ce_id", "id-1");
        assertThat(JsonMapper.shared().readTree(event.data()))
                .isEqualTo(JsonMapper.shared().readTree(PAYLOAD));
    }

    private ConsumerRecord<String, byte[]> written(Map<String, Object> configuration) {
        try (CloudEventSerializer serializer = new CloudEventSerializer()) {
            serializer.configure(configuration, false);
            Headers headers = new RecordHeaders();
            byte[] value = serializer.serialize(TOPIC, headers, this.theirs);
            ConsumerRecord<String, byte[]> consumed = new ConsumerRecord<>(TOPIC, 0, 0, "k", value);
            headers.forEach((header) -> consumed.headers().add(header));
            return consumed;
        }
    }
}
