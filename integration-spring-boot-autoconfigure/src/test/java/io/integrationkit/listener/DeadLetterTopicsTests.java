package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.testsupport.KafkaBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;

/** Records that are given up, on their way to dead-letter topics of a real broker. */
class DeadLetterTopicsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final byte[] NO_TEXT = {(byte) 0xff, 0, (byte) 0xc3, 1};

    private final String topic = KafkaBroker.newTopic(2);

    private final String dead = this.topic + "-dlt";

    private final Listener listener = new Listener();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    KafkaAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ListenerAutoConfiguration.class))
            .withBean(Listener.class, () -> this.listener)
            .withPropertyValues(
                    "topic=" + this.topic,
                    "single=true",
                    "batch=false",
                    "integration.listeners.dead-letters=topic",
                    "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                    "spring.kafka.consumer.group-id=" + this.topic,
                    "spring.kafka.consumer.key-deserializer=" + LongDeserializer.class.getName(),
                    "spring.kafka.consumer.value-deserializer=" + ByteArrayDeserializer.class.getName(),
                    "spring.kafka.consumer.auto-offset-reset=earliest");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itIsSentToTheSamePartitionAsItCameWithTheHeadersOfSpring(boolean batch) {
        KafkaBroker.addTopic(this.dead, 2);
        this.runner.withPropertyValues("single=" + !batch, "batch=" + batch).run((context) -> {
            send(1, 7L, NO_TEXT);
            ConsumerRecord<byte[], byte[]> sent = received(1).get(0);
            assertThat(sent.partition()).isEqualTo(1);
            assertThat(sent.key()).isEqualTo(new LongSerializer().serialize("", 7L));
            assertThat(sent.value()).isEqualTo(NO_TEXT);
            assertThat(text(sent, "X-Own")).isEqualTo("kept");
            assertThat(text(sent, KafkaHeaders.DLT_ORIGINAL_TOPIC)).isEqualTo(this.topic);
            assertThat(number(sent, KafkaHeaders.DLT_ORIGINAL_PARTITION).getInt())
                    .isEqualTo(1);
            assertThat(number(sent, KafkaHeaders.DLT_ORIGINAL_OFFSET).getLong()).isZero();
            assertThat(number(sent, KafkaHeaders.DLT_ORIGINAL_TIMESTAMP).getLong())
                    .isPositive();
            assertThat(text(sent, KafkaHeaders.DLT_ORIGINAL_TIMESTAMP_TYPE)).isEqualTo("CreateTime");
            assertThat(text(sent, KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP)).isEqualTo(this.topic);
            assertThat(text(sent, KafkaHeaders.DLT_EXCEPTION_FQCN)).contains("springframework");
            assertThat(text(sent, KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN))
                    .isEqualTo(IntegrationException.class.getName());
            awaitCommitted(new TopicPartition(this.topic, 1), 1);
            assertThat(entries(context)).isEmpty();
        });
    }

    @Test
    void whatAnExceptionOfSomebodyElseSaysIsNotToldAndNoStackTrace() {
        KafkaBroker.addTopic(this.dead, 2);
        this.listener.failure = new IntegrationException("card 4711", FailureCategory.PERMANENT, false);
        this.runner.run((context) -> {
            ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(this.topic, NO_TEXT);
            record.headers().add(KafkaHeaders.DLT_EXCEPTION_MESSAGE, bytes("card 4712"));
            record.headers().add(KafkaHeaders.DLT_EXCEPTION_STACKTRACE, bytes("card 4713"));
            send(record);
            ConsumerRecord<byte[], byte[]> sent = received(1).get(0);
            for (Header header : sent.headers()) {
                assertThat(new String(header.value(), StandardCharsets.UTF_8)).doesNotContain("card");
            }
            assertThat(sent.headers().lastHeader(KafkaHeaders.DLT_EXCEPTION_STACKTRACE))
                    .isNull();
            assertThat(text(sent, KafkaHeaders.DLT_EXCEPTION_MESSAGE)).isEqualTo(IntegrationException.class.getName());
        });
    }

    @Test
    void whatAnExceptionOfOursSaysIsTold() {
        KafkaBroker.addTopic(this.dead, 2);
        this.listener.failure =
                new ProblemException(ProblemCode.MESSAGE_ID_MISSING, FailureCategory.VALIDATION, "no ce_id");
        this.runner.run((context) -> {
            send(0, 1L, NO_TEXT);
            assertThat(text(received(1).get(0), KafkaHeaders.DLT_EXCEPTION_MESSAGE))
                    .isEqualTo("INT-501: no ce_id");
        });
    }

    @Test
    void aRecordThatCannotBeDecodedIsSentAsItCame() {
        KafkaBroker.addTopic(this.dead, 2);
        this.runner
                .withPropertyValues(
                        "spring.kafka.consumer.key-deserializer=" + ErrorHandlingDeserializer.class.getName(),
                        "spring.kafka.consumer.properties.spring.deserializer.key.delegate.class="
                                + LongDeserializer.class.getName(),
                        "spring.kafka.consumer.value-deserializer=" + ErrorHandlingDeserializer.class.getName(),
                        "spring.kafka.consumer.properties.spring.deserializer.value.delegate.class="
                                + LongDeserializer.class.getName())
                .run((context) -> {
                    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(this.topic, bytes("key"), NO_TEXT);
                    send(record);
                    ConsumerRecord<byte[], byte[]> sent = received(1).get(0);
                    assertThat(sent.key()).isEqualTo(bytes("key"));
                    assertThat(sent.value()).isEqualTo(NO_TEXT);
                    assertThat(this.listener.seen).isEmpty();
                });
    }

    @Test
    void textAndTombstonesAreSentAsTheyCame() {
        KafkaBroker.addTopic(this.dead, 2);
        this.runner
                .withPropertyValues(
                        "spring.kafka.consumer.key-deserializer=" + StringDeserializer.class.getName(),
                        "spring.kafka.consumer.value-deserializer=" + StringDeserializer.class.getName())
                .run((context) -> {
                    send(new ProducerRecord<>(this.topic, 0, bytes("key"), bytes("grün")));
                    send(new ProducerRecord<>(this.topic, 0, bytes("key"), null));
                    List<ConsumerRecord<byte[], byte[]>> sent = received(2);
                    assertThat(sent).extracting(ConsumerRecord::key).containsOnly(bytes("key"));
                    assertThat(sent).extracting(ConsumerRecord::value).containsExactly(bytes("grün"), null);
                });
    }

    @Test
    void aTopicWithFewerPartitionsGetsItInOneOfThose() {
        KafkaBroker.addTopic(this.dead, 1);
        this.runner.run((context) -> {
            send(1, 7L, NO_TEXT);
            ConsumerRecord<byte[], byte[]> sent = received(1).get(0);
            assertThat(sent.partition()).isZero();
            assertThat(number(sent, KafkaHeaders.DLT_ORIGINAL_PARTITION).getInt())
                    .isEqualTo(1);
        });
    }

    @Test
    void theOffsetStaysUntilTheTopicIsThereAndStoringAgainMakesNoSecondEntry() {
        this.runner
                .withPropertyValues("integration.listeners.dead-letters=both")
                .run((context) -> {
                    send(0, 7L, NO_TEXT);
                    await().atMost(PATIENCE).until(() -> this.listener.seen.size() >= 2);
                    assertThat(entries(context)).hasSize(1);
                    assertThat(committed(new TopicPartition(this.topic, 0))).isZero();
                    KafkaBroker.addTopic(this.dead, 2);
                    assertThat(received(1).get(0).value()).isEqualTo(NO_TEXT);
                    awaitCommitted(new TopicPartition(this.topic, 0), 1);
                    assertThat(received(1)).hasSize(1);
                    assertThat(entries(context)).hasSize(1);
                });
    }

    @Test
    void theOffsetStaysWhileTheTopicRefusesTheRecord() {
        KafkaBroker.addTopic(this.dead, 2, Map.of("max.message.bytes", "80"));
        this.runner.run((context) -> {
            send(0, 7L, NO_TEXT);
            await().atMost(PATIENCE).until(() -> this.listener.seen.size() >= 3);
            assertThat(committed(new TopicPartition(this.topic, 0))).isZero();
        });
    }

    @Test
    void whatCouldNotBeStoredIsNotSentEither() {
        List<String> kept = new ArrayList<>();
        GivenUpRecords full = (failed, failure, exception) -> {
            throw new IllegalStateException("full");
        };
        assertThatIllegalStateException()
                .isThrownBy(() -> full.andThen((failed, failure, exception) -> kept.add("sent"))
                        .keep(
                                new ConsumerRecord<>("orders", 0, 0, "key", "value"),
                                Failure.of(FailureCategory.PERMANENT),
                                new IllegalArgumentException("refused")));
        assertThat(kept).isEmpty();
    }

    @Test
    void itIsStoredAndNotSentUnlessSaidOtherwise() {
        KafkaBroker.addTopic(this.dead, 2);
        this.runner
                .withPropertyValues("integration.listeners.dead-letters=store")
                .run((context) -> {
                    send(0, 7L, NO_TEXT);
                    awaitCommitted(new TopicPartition(this.topic, 0), 1);
                    assertThat(entries(context)).hasSize(1);
                    assertThat(context.getBeanFactory().containsSingleton("integrationDeadLetterTopics"))
                            .isFalse();
                    try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
                        assertThat(consumer.endOffsets(List.of(
                                                new TopicPartition(this.dead, 0), new TopicPartition(this.dead, 1)))
                                        .values())
                                .containsOnly(0L);
                    }
                });
    }

    @Test
    void theSuffixCanBeSet() {
        KafkaBroker.addTopic(this.topic + ".DLT", 2);
        this.runner
                .withPropertyValues("integration.listeners.dead-letter-topic-suffix=.DLT")
                .run((context) -> {
                    send(0, 7L, NO_TEXT);
                    assertThat(received(this.topic + ".DLT", 1)).hasSize(1);
                });
    }

    private void send(int partition, long key, byte[] value) throws Exception {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(this.topic, partition, new LongSerializer().serialize("", key), value);
        record.headers().add("X-Own", bytes("kept"));
        send(record);
    }

    private static void send(ProducerRecord<byte[], byte[]> record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> received(int count) {
        return received(this.dead, count);
    }

    private static List<ConsumerRecord<byte[], byte[]>> received(String topic, int count) {
        List<ConsumerRecord<byte[], byte[]>> received = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            await().atMost(PATIENCE).until(() -> !consumer.partitionsFor(topic).isEmpty());
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map((partition) -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(received::add);
                return received.size() >= count;
            });
        }
        return received;
    }

    private static KafkaConsumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private void awaitCommitted(TopicPartition partition, long offset) {
        await().atMost(PATIENCE).until(() -> committed(partition) == offset);
    }

    /** Offset the group goes on from; 0 if it has committed none. */
    private long committed(TopicPartition partition) throws Exception {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address()))) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(this.topic)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(partition);
            return (committed != null) ? committed.offset() : 0;
        }
    }

    private static List<DeadLetter> entries(ApplicationContext context) {
        return context.getBean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ConsumerRecord<?, ?> sent, String header) {
        return new String(value(sent, header), StandardCharsets.UTF_8);
    }

    private static ByteBuffer number(ConsumerRecord<?, ?> sent, String header) {
        return ByteBuffer.wrap(value(sent, header));
    }

    private static byte[] value(ConsumerRecord<?, ?> sent, String header) {
        return Objects.requireNonNull(sent.headers().lastHeader(header), header).value();
    }

    static class Listener {

        final List<ConsumerRecord<?, ?>> seen = new CopyOnWriteArrayList<>();

        volatile RuntimeException failure = new IntegrationException("refused", FailureCategory.PERMANENT, false);

        @Handled
        @KafkaListener(id = "handled", idIsGroup = false, topics = "${topic}", autoStartup = "${single}")
        void on(ConsumerRecord<?, ?> record) {
            this.seen.add(record);
            throw this.failure;
        }

        @Handled
        @KafkaListener(id = "batches", idIsGroup = false, topics = "${topic}", batch = "true", autoStartup = "${batch}")
        void onBatch(List<ConsumerRecord<?, ?>> records) {
            this.seen.addAll(records);
            throw this.failure;
        }
    }
}
