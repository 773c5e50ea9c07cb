package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.AbstractRecords;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.SimpleRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaRecordSizeTests {

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 60", "2, 1, 63", "300, 63, 64", "8191, 64, 127", "8192, 3, 128", "1000000, 200, 9000"
    })
    void sizeIsThatOfTheBatchKafkaMakes(int payload, int headers, int key) {
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < headers; i++) {
            names.put("h" + i, "größe".repeat(i % 40));
        }
        assertSame(message(payload, names, "k".repeat(key)));
        assertSame(message(payload, names, null));
    }

    @Test
    void producerTakesTheLargestMessageOfItsLimitAndLittleMore() {
        String topic = KafkaBroker.newTopic(1);
        Map<String, Object> settings = KafkaProducerSettings.of(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        KafkaBroker.address(),
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        80_000),
                Outboxes.spec());
        long limit = KafkaProducerSettings.limit(settings).bytes();
        int around = Math.toIntExact(KafkaRecordSize.of(message(70_000, Map.of("h", "v"), "k"))) - 70_000;
        int largest = Math.toIntExact(limit) - around;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThat(producer.send(record(topic, largest))).succeedsWithin(Duration.ofMinutes(1));
            assertThat(producer.send(record(topic, largest + 3)))
                    .failsWithin(Duration.ofMinutes(1))
                    .withThrowableThat()
                    .withCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int payload) {
        OutboxRecord same = message(payload, Map.of("h", "v"), "k");
        return KafkaMessageDestination.record(new OutboxRecord(
                same.messageId(), topic, same.key(), same.eventType(), 1, null, same.headers(), same.payload()));
    }

    private static OutboxRecord message(int payload, Map<String, String> headers, @Nullable String key) {
        return new OutboxRecord("id", "orders", key, "n", 1, null, headers, new byte[payload]);
    }

    private static void assertSame(OutboxRecord message) {
        String key = message.key();
        byte[] keyBytes = (key != null) ? key.getBytes(StandardCharsets.UTF_8) : null;
        Header[] headers = message.headers().entrySet().stream()
                .map((entry) ->
                        new RecordHeader(entry.getKey(), entry.getValue().getBytes(StandardCharsets.UTF_8)))
                .toArray(Header[]::new);
        int onTheWire = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(1_700_000_000_000L, keyBytes, message.payload(), headers))
                .sizeInBytes();
        int estimated = AbstractRecords.estimateSizeInBytesUpperBound(
                RecordBatch.CURRENT_MAGIC_VALUE, CompressionType.NONE, keyBytes, message.payload(), headers);
        assertThat(KafkaRecordSize.of(message)).isEqualTo(onTheWire);
        assertThat(estimated).isLessThanOrEqualTo(onTheWire + KafkaRecordSize.PRODUCERS_ESTIMATE);
    }
}
