package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.ProblemCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

class KafkaProducerSettingsTests {

    private final Map<String, Object> settings = KafkaProducerSettings.of(
            Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9092",
                    ProducerConfig.ACKS_CONFIG, "1",
                    ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false",
                    ProducerConfig.RETRIES_CONFIG, "0",
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG, "tx",
                    ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "100",
                    ProducerConfig.LINGER_MS_CONFIG, "500",
                    ProducerConfig.BATCH_SIZE_CONFIG, "10000000",
                    ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4",
                    ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "5000000"),
            Outboxes.spec());

    @Test
    void connectionAndCompressionAreTheApplications() {
        assertThat(this.settings)
                .containsEntry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9092")
                .containsEntry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")
                .containsEntry(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 5_000_000)
                .doesNotContainKey(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
    }

    @Test
    void safetyIsOurs() {
        assertThat(this.settings)
                .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
                .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
                .containsEntry(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE)
                .containsEntry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 5);
    }

    @Test
    void relaysOwnProducerIsNotWatchedForSendsBesideTheOutbox() {
        DefaultKafkaProducerFactory<Object, Object> factory =
                new DefaultKafkaProducerFactory<>(Map.of(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, "com.example.Own"));
        DualWriteInterceptor.watch(factory, () -> {
            throw new IllegalStateException("asked");
        });
        assertThat(KafkaProducerSettings.of(factory.getConfigurationProperties(), Outboxes.spec()))
                .containsEntry(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, List.of("com.example.Own"));
    }

    @Test
    void nothingWaitsForMoreAndNoBatchOutgrowsATopic() {
        assertThat(this.settings)
                .containsEntry(ProducerConfig.LINGER_MS_CONFIG, 0L)
                .containsEntry(ProducerConfig.BATCH_SIZE_CONFIG, 32 * 1024);
    }

    @Test
    void largestMessageThatIsAcceptedFitsIntoARequest() {
        assertThat((Integer) KafkaProducerSettings.of(
                                Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "2000"), Outboxes.spec())
                        .get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG))
                .isGreaterThan(Math.toIntExact(Outboxes.spec().maxMessageSize()));
    }

    @Test
    void largestMessageThatIsAcceptedFitsIntoARequestWithManyHeadersToo() {
        Map<String, String> headers = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            headers.put("h" + i, "");
        }
        OutboxRecord message = new OutboxRecord("id", "orders", "k", "n", 1, null, headers, new byte[0]);
        OutboxRecord largest = new OutboxRecord(
                "id",
                "orders",
                "k",
                "n",
                1,
                null,
                headers,
                new byte[Math.toIntExact(Outboxes.spec().maxMessageSize() - message.size())]);
        Map<String, Object> least =
                KafkaProducerSettings.of(Map.of(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, "2000"), Outboxes.spec());
        assertThat(KafkaRecordSize.of(largest))
                .isLessThanOrEqualTo(KafkaProducerSettings.limit(least).bytes());
    }

    @Test
    void blockingAndDeliveryTogetherStayWithinTheDeliveryTimeout() {
        long block = (Long) this.settings.get(ProducerConfig.MAX_BLOCK_MS_CONFIG);
        int delivery = (Integer) this.settings.get(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG);
        assertThat(block + delivery).isEqualTo(Outboxes.spec().deliveryTimeout().toMillis());
        assertThat((Integer) this.settings.get(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG))
                .isLessThan(delivery);
        assertThat(block).as("the relay's thread does nothing else meanwhile").isLessThanOrEqualTo(500);
    }

    @Test
    void partitionersThatDoNotGoByTheKeyAreRefused() {
        assertRefused(Map.of(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, "true"), "partitioner.ignore.keys");
        assertRefused(
                Map.of(ProducerConfig.PARTITIONER_CLASS_CONFIG, RoundRobinPartitioner.class), "partitioner.class");
        assertRefused(
                Map.of(ProducerConfig.PARTITIONER_CLASS_CONFIG, RoundRobinPartitioner.class.getName()),
                "partitioner.class");
        assertThat(KafkaProducerSettings.of(
                        Map.of(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, "false"), Outboxes.spec()))
                .containsEntry(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG, false);
    }

    private static void assertRefused(Map<String, Object> application, String property) {
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> KafkaProducerSettings.of(application, Outboxes.spec()))
                .withMessageContaining(property + "=")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING))
                .satisfies(
                        (ex) -> assertThat(ex.action()).contains("spring.kafka.producer.properties[" + property + "]"));
    }

    @Test
    void producerTakesNoMoreThanItsSmallestBuffer() {
        assertThat(KafkaProducerSettings.limit(this.settings))
                .isEqualTo(new SizeLimit(5_000_000 - 17, "max.request.size of the producer"));
        assertThat(KafkaProducerSettings.limit(Map.of(ProducerConfig.BUFFER_MEMORY_CONFIG, "70000")))
                .isEqualTo(new SizeLimit(70_000 - 17, "buffer.memory of the producer"));
    }

    @Test
    void sizeOnTheWireIsKnownOnlyWithoutCompression() {
        assertThat(KafkaProducerSettings.compressed(this.settings)).isTrue();
        assertThat(KafkaProducerSettings.compressed(Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none")))
                .isFalse();
        assertThat(KafkaProducerSettings.compressed(Map.of())).isFalse();
    }

    @Test
    void producerTakesThem() {
        new org.apache.kafka.clients.producer.KafkaProducer<>(
                        this.settings, new ByteArraySerializer(), new ByteArraySerializer())
                .close();
    }
}
