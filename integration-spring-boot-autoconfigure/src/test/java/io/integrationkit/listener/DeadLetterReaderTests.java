package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.call.Finding;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.deadletter.ReportedFailure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.event.ConsumerRetryAuthEvent;
import org.springframework.kafka.event.ConsumerRetryAuthSuccessfulEvent;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.util.backoff.FixedBackOff;

/** Dead-letter topics of a real broker, read into the dead letters of an application without a database. */
class DeadLetterReaderTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final String topic = KafkaBroker.newTopic(1);

    private final String dead = this.topic + "-dlt";

    private final Orders orders = new Orders();

    private final ApplicationContextRunner reading = ListenerRunner.on(this.topic)
            .withBean(Orders.class, () -> this.orders)
            .withPropertyValues(
                    "plain=false",
                    "ours=false",
                    "spring.application.name=" + this.topic,
                    "integration.listeners.dead-letter-topics=" + this.dead,
                    "spring.kafka.consumer.value-deserializer=" + ByteArrayDeserializer.class.getName(),
                    "spring.kafka.consumer.properties.metadata.max.age.ms=500");

    private final ApplicationContextRunner plain =
            this.reading.withUserConfiguration(Springs.class).withPropertyValues("plain=true");

    @Test
    void whatSpringsOwnRecovererGaveUpIsFoundAndItsReplayReachesTheTopicItCameFrom() {
        KafkaBroker.addTopic(this.dead, 1);
        this.plain.run((context) -> {
            Instant before = Instant.now().minusSeconds(1);
            send(this.topic, "k1", "v1", Map.of("X-Own", bytes("kept")));
            DeadLetter entry = awaitEntries(context, 1).get(0);
            assertThat(entry.kind()).isEqualTo(DeadLetter.Kind.MESSAGE);
            assertThat(entry.name()).isEqualTo(this.topic);
            assertThat(entry.key()).isEqualTo("k1");
            assertThat(entry.messageId()).isEqualTo(this.topic + "-0@0");
            assertThat(entry.category()).isEqualTo(FailureCategory.PERMANENT);
            assertThat(entry.exceptionType()).isEqualTo(IntegrationException.class.getName());
            assertThat(entry.message()).contains("refused");
            assertThat(entry.fingerprint()).isEqualTo(ReportedFailure.fingerprintOf(this.orders.failure));
            assertThat(entry.attempts()).isEqualTo(1);
            assertThat(entry.status()).isEqualTo(DeadLetter.Status.NEW);
            assertThat(entry.firstFailedAt()).isBetween(before, Instant.now().plusSeconds(1));

            this.orders.broken = false;
            assertThat(context.getBean(DeadLetters.class).replay(entry.id()).outcome())
                    .isEqualTo(ReplayResult.Outcome.REPLAYED);
            await().atMost(PATIENCE).until(() -> !this.orders.handled.isEmpty());
            ConsumerRecord<?, byte[]> handled = this.orders.handled.get(0);
            assertThat((Object) handled.key()).isEqualTo("k1");
            assertThat(handled.value()).isEqualTo(bytes("v1"));
            assertThat(Stream.of(handled.headers().toArray()).map((header) -> header.key()))
                    .containsExactly("X-Own");
            assertThat(find(context, entry).status()).isEqualTo(DeadLetter.Status.RESOLVED);
        });
    }

    @Test
    void whatWeGaveUpIsFoundWithCategoryAndFingerprintAndItsReplayReachesTheTopic() {
        KafkaBroker.addTopic(this.dead, 1);
        this.orders.failure = new IntegrationException("card 4711", FailureCategory.VALIDATION, false);
        this.reading
                .withPropertyValues("ours=true", "integration.listeners.dead-letters=topic")
                .run((context) -> {
                    send(this.topic, "k1", "v1", Map.of("ce_id", bytes("id-1"), "ce_source", bytes("shop")));
                    DeadLetter entry = awaitEntries(context, 1).get(0);
                    assertThat(entry.name()).isEqualTo(this.topic);
                    assertThat(entry.messageId()).isEqualTo("id-1");
                    assertThat(entry.category()).isEqualTo(FailureCategory.VALIDATION);
                    assertThat(entry.exceptionType()).isEqualTo(IntegrationException.class.getName());
                    assertThat(entry.message()).doesNotContain("4711");
                    assertThat(entry.fingerprint()).isEqualTo(ReportedFailure.fingerprintOf(this.orders.failure));
                    this.orders.broken = false;
                    context.getBean(DeadLetters.class).replay(entry.id());
                    await().atMost(PATIENCE).until(() -> !this.orders.handled.isEmpty());
                    assertThat(Stream.of(this.orders.handled.get(0).headers().toArray())
                                    .map((header) -> header.key()))
                            .containsExactlyInAnyOrder("ce_id", "ce_source");
                });
    }

    @Test
    void whatIsStoredAndSentIsOneEntryWhichTheTopicDoesNotOpenAgain() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading
                .withPropertyValues("ours=true", "integration.listeners.dead-letters=both")
                .run((context) -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    DeadLetterReader reader = context.getBean(DeadLetterReader.class);
                    send(this.topic, "k1", "v1", Map.of());
                    awaitCommitted(this.dead, 1);
                    assertThat(entries(context)).hasSize(1);
                    assertThat(deadLetters.storedTotal()).isEqualTo(1);

                    reader.stop();
                    send(this.topic, "k2", "v2", Map.of());
                    DeadLetter second = awaitEntries(context, 2).get(1);
                    awaitEnd(this.dead, 2);
                    assertThat(deadLetters.discard(second.id(), "done by hand")).isTrue();
                    reader.start();
                    awaitCommitted(this.dead, 2);
                    assertThat(find(context, second).status()).isEqualTo(DeadLetter.Status.DISCARDED);
                });
    }

    @Test
    void aRecordThatIsReadAgainLeavesItsEntryAsItIsAndALaterFailureOpensIt() {
        KafkaBroker.addTopic(this.dead, 1);
        this.plain.run((context) -> {
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            DeadLetterReader reader = context.getBean(DeadLetterReader.class);
            send(this.topic, "k1", "v1", Map.of("ce_id", bytes("id-1")));
            DeadLetter entry = awaitEntries(context, 1).get(0);
            awaitCommitted(this.dead, 1);
            assertThat(deadLetters.discard(entry.id(), "done by hand")).isTrue();

            reader.stop();
            rewind(this.dead);
            reader.start();
            send(this.topic, "k2", "v2", Map.of("ce_id", bytes("id-2")));
            awaitEntries(context, 2);
            assertThat(find(context, entry).status()).isEqualTo(DeadLetter.Status.DISCARDED);
            assertThat(find(context, entry).attempts()).isEqualTo(1);

            send(this.topic, "k1", "v1", Map.of("ce_id", bytes("id-1")));
            await().atMost(PATIENCE).until(() -> find(context, entry).status() == DeadLetter.Status.NEW);
            assertThat(find(context, entry).attempts()).isEqualTo(2);
            assertThat(entries(context)).hasSize(2);
        });
    }

    @Test
    void theOffsetStaysWhileTheStoreIsFullAndNothingIsLost() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading
                .withPropertyValues("integration.dead-letters.max-entries=2")
                .run((context) -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    DeadLetterReader reader = context.getBean(DeadLetterReader.class);
                    for (int i = 0; i < 5; i++) {
                        send(this.dead, "k" + i, "v" + i, Map.of());
                    }
                    await().atMost(PATIENCE).until(() -> !reader.findings().isEmpty());
                    assertThat(reader.findings())
                            .singleElement()
                            .extracting(Finding::code)
                            .isEqualTo(ProblemCode.DEAD_LETTER_TOPIC_NOT_STORED);
                    // Long enough for some attempts in vain.
                    await().atMost(PATIENCE).during(Duration.ofSeconds(3)).until(() -> committed(this.dead) <= 2);
                    for (int closed = 1; closed <= 3; closed++) {
                        DeadLetter open =
                                entries(context, DeadLetter.Status.NEW).get(0);
                        assertThat(deadLetters.discard(open.id(), "room")).isTrue();
                        int stored = 2 + closed;
                        await().atMost(PATIENCE).until(() -> deadLetters.storedTotal() == stored);
                    }
                    awaitCommitted(this.dead, 5);
                    assertThat(entries(context, DeadLetter.Status.NEW))
                            .extracting(DeadLetter::key)
                            .containsExactly("k3", "k4");
                    assertThat(deadLetters.storedTotal()).isEqualTo(5);
                    assertThat(reader.findings()).isEmpty();
                });
    }

    @Test
    void aKeyThatIsNoTextComesBackAsItWas() {
        KafkaBroker.addTopic(this.dead, 1);
        byte[] number = new LongSerializer().serialize("", -2L);
        this.reading
                .withPropertyValues(
                        "plain=true", "spring.kafka.consumer.key-deserializer=" + ByteArrayDeserializer.class.getName())
                .run((context) -> {
                    this.orders.broken = false;
                    send(new ProducerRecord<>(this.dead, number, bytes("v")));
                    context.getBean(DeadLetters.class)
                            .replay(awaitEntries(context, 1).get(0).id());
                    await().atMost(PATIENCE).until(() -> !this.orders.handled.isEmpty());
                    assertThat((Object) this.orders.handled.get(0).key()).isEqualTo(number);
                    assertThat(this.orders.handled.get(0).headers()).isEmpty();
                });
    }

    @Test
    void garbageStopsNothingAndIsKept() {
        keepsGarbage(this.reading);
    }

    @Test
    void garbageStopsNothingAndIsKeptInADatabase() {
        keepsGarbage(ListenerRunner.withDatabaseOn(this.topic)
                .withBean(Orders.class, () -> this.orders)
                .withPropertyValues(
                        "plain=false",
                        "ours=false",
                        "integration.dead-letters.store=jdbc",
                        "integration.listeners.dead-letter-topics=" + this.dead,
                        "integration.listeners.dead-letter-group-id=" + this.topic + "-dead-letters"));
    }

    private void keepsGarbage(ApplicationContextRunner runner) {
        KafkaBroker.addTopic(this.dead, 1);
        byte[] garbage = {(byte) 0xff, 0, (byte) 0xc3, 1, '\n'};
        runner.run((context) -> {
            send(this.dead, null, null, Map.of());
            for (String name : List.of(
                    KafkaHeaders.DLT_ORIGINAL_TOPIC,
                    KafkaHeaders.DLT_ORIGINAL_PARTITION,
                    KafkaHeaders.DLT_ORIGINAL_OFFSET,
                    KafkaHeaders.DLT_EXCEPTION_FQCN,
                    KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN,
                    KafkaHeaders.DLT_EXCEPTION_STACKTRACE,
                    KafkaHeaders.DLT_EXCEPTION_MESSAGE,
                    KafkaHeaders.DELIVERY_ATTEMPT,
                    "retry_topic-attempts",
                    "ce_id",
                    "ce_type",
                    "content-type",
                    "\0")) {
                send(this.dead, "k", "v", Map.of(name, garbage));
                send(this.dead, "k", "v", Map.of(name, new byte[0]));
                send(this.dead, "k", "v", Map.of(name, "x".repeat(100_000).getBytes(StandardCharsets.UTF_8)));
            }
            send(this.dead, "last", "v", Map.of());
            awaitCommitted(this.dead, 41);
            List<DeadLetter> entries = context.getBean(DeadLetters.class)
                    .list(DeadLetterFilter.all().withName(this.topic), null, 100);
            assertThat(entries).hasSize(41);
            assertThat(entries.get(40).key()).isEqualTo("last");
            assertThat(context.getBean(DeadLetterReader.class).findings()).isEmpty();
        });
    }

    @Test
    void aRecordThatIsTooLargeForTheStoreIsKeptByItsPlaceAndHoldsNothingUp() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading
                .withPropertyValues("integration.dead-letters.max-entry-size=1KB")
                .run((context) -> {
                    send(this.dead, "large", "x".repeat(2_000), Map.of());
                    send(this.dead, "small", "v", Map.of());
                    List<DeadLetter> entries = awaitEntries(context, 2);
                    assertThat(entries.get(0).name()).isEqualTo(this.dead + " (only there)");
                    assertThat(entries.get(0).messageId()).isEqualTo(this.dead + "-0@0");
                    assertThat(entries.get(1).key()).isEqualTo("small");
                    awaitCommitted(this.dead, 2);
                });
    }

    @Test
    void aTopicThatOnlyAHeaderNamesGetsNothing() {
        KafkaBroker.addTopic(this.dead, 1);
        String victim = KafkaBroker.newTopic(1);
        Map<String, byte[]> forged = Map.of(
                KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes(victim), KafkaHeaders.DLT_EXCEPTION_FQCN, bytes("a.b.Refused"));
        this.reading.run((context) -> {
            send(this.dead, "k", "v", forged);
            DeadLetter entry = awaitEntries(context, 1).get(0);
            assertThat(entry.name()).isEqualTo(victim + " (named by a record of " + this.dead + " only)");
            ReplayResult result = context.getBean(DeadLetters.class).replay(entry.id());
            assertThat(result.outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
            assertThat(result.code()).isEqualTo(ProblemCode.DESTINATION_UNKNOWN);
            assertThat(find(context, entry).status()).isEqualTo(DeadLetter.Status.NEW);
            assertThat(find(context, entry).exceptionType()).isEqualTo("a.b.Refused");
            assertThat(end(victim)).isZero();
        });
        this.reading
                .withPropertyValues(
                        "integration.listeners.dead-letter-group-id=" + this.topic + "-again",
                        "integration.listeners.dead-letter-replay-topics=" + victim)
                .run((context) -> {
                    DeadLetter entry = awaitEntries(context, 1).get(0);
                    assertThat(entry.name()).isEqualTo(victim);
                    context.getBean(DeadLetters.class).replay(entry.id());
                    assertThat(end(victim)).isEqualTo(1);
                });
    }

    @Test
    void theTopicsOfListenersMayBeNamedByAHeader() {
        String collected = KafkaBroker.newTopic(1);
        this.reading
                .withPropertyValues("integration.listeners.dead-letter-topics=" + collected)
                .run((context) -> {
                    send(collected, "k", "v", Map.of(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes(this.topic)));
                    send(collected, "k", "v", Map.of());
                    assertThat(awaitEntries(context, 2))
                            .extracting(DeadLetter::name)
                            .containsExactly(this.topic, collected + " (original topic unknown)");
                });
    }

    @Test
    void aTopicThatIsNotThereIsAFindingUntilItIs() {
        this.reading.run((context) -> {
            DeadLetterReader reader = context.getBean(DeadLetterReader.class);
            await().atMost(PATIENCE).until(() -> !reader.findings().isEmpty());
            assertThat(reader.findings()).singleElement().satisfies((finding) -> {
                assertThat(finding.code()).isEqualTo(ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE);
                assertThat(finding.subject()).isEqualTo(this.dead);
            });
            KafkaBroker.addTopic(this.dead, 1);
            send(this.dead, "k", "v", Map.of());
            awaitEntries(context, 1);
            assertThat(reader.findings()).isEmpty();
        });
    }

    @Test
    void topicsMayBeNamedWithAnAsterisk() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading
                .withPropertyValues("integration.listeners.dead-letter-topics=" + this.topic + "*dlt")
                .run((context) -> {
                    send(this.dead, "k", "v", Map.of());
                    assertThat(awaitEntries(context, 1).get(0).name()).isEqualTo(this.topic);
                });
    }

    @Test
    void aConsumerThatCannotBeMadeDoesNotEndTheApplication() {
        this.reading
                .withPropertyValues("spring.kafka.bootstrap-servers=nowhere.invalid:9092")
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(DeadLetterReader.class).findings())
                            .singleElement()
                            .extracting(Finding::code)
                            .isEqualTo(ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE);
                });
    }

    @Test
    void rightsThatAreMissingAndAConsumerThatEndedAreFindings() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading.run((context) -> {
            DeadLetterReader reader = context.getBean(DeadLetterReader.class);
            reader.onEvent(new ConsumerRetryAuthEvent(this, this, ConsumerRetryAuthEvent.Reason.AUTHORIZATION));
            assertThat(reader.findings()).hasSize(1);
            reader.onEvent(new ConsumerRetryAuthSuccessfulEvent(this, this));
            assertThat(reader.findings()).isEmpty();
            reader.onEvent(new ConsumerStoppedEvent(this, this, ConsumerStoppedEvent.Reason.NORMAL));
            assertThat(reader.findings()).isEmpty();
            reader.onEvent(new ConsumerStoppedEvent(this, this, ConsumerStoppedEvent.Reason.ERROR));
            assertThat(reader.findings()).hasSize(1);
        });
    }

    @Test
    void theApplicationsOwnListenersDoNotSeeIt() {
        KafkaBroker.addTopic(this.dead, 1);
        this.reading
                .withPropertyValues(
                        "spring.kafka.consumer.client-id=shop",
                        "spring.kafka.consumer.properties.group.instance.id=shop-1",
                        "spring.kafka.consumer.properties.client.dns.lookup=use_all_dns_ips",
                        "spring.kafka.consumer.properties.interceptor.classes=does.not.Exist")
                .run((context) -> {
                    assertThat(context.getBean(KafkaListenerEndpointRegistry.class)
                                    .getListenerContainerIds())
                            .containsExactlyInAnyOrder("plain", "ours");
                    assertThat(context.getBean(DeadLetterReader.class).settings())
                            .containsEntry("client.dns.lookup", "use_all_dns_ips")
                            .containsEntry("auto.offset.reset", "earliest")
                            .containsEntry("allow.auto.create.topics", false)
                            .doesNotContainKeys(
                                    "client.id", "group.instance.id", "interceptor.classes", "value.deserializer");
                });
    }

    private static void send(String topic, @Nullable String key, @Nullable String value, Map<String, byte[]> headers)
            throws Exception {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, (key != null) ? bytes(key) : null, (value != null) ? bytes(value) : null);
        headers.forEach(record.headers()::add);
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

    private static List<DeadLetter> awaitEntries(ApplicationContext context, int count) {
        await().atMost(PATIENCE).until(() -> entries(context).size() >= count);
        assertThat(entries(context)).hasSize(count);
        return entries(context);
    }

    private static List<DeadLetter> entries(ApplicationContext context) {
        return ListenerRunner.deadLetters(context);
    }

    private static List<DeadLetter> entries(ApplicationContext context, DeadLetter.Status status) {
        return entries(context).stream()
                .filter((entry) -> entry.status() == status)
                .toList();
    }

    private static DeadLetter find(ApplicationContext context, DeadLetter entry) {
        return context.getBean(DeadLetters.class).find(entry.id()).orElseThrow();
    }

    private void awaitCommitted(String topic, long offset) {
        await().atMost(PATIENCE).until(() -> committed(topic) == offset);
    }

    private long committed(String topic) throws Exception {
        try (Admin admin = admin()) {
            OffsetAndMetadata committed = admin.listConsumerGroupOffsets(this.topic + "-dead-letters")
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(topic, 0));
            return (committed != null) ? committed.offset() : 0;
        }
    }

    /** As after a crash before the commit. */
    private void rewind(String topic) throws Exception {
        try (Admin admin = admin()) {
            admin.alterConsumerGroupOffsets(
                            this.topic + "-dead-letters",
                            Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)))
                    .all()
                    .get();
        }
    }

    private static void awaitEnd(String topic, long offset) {
        await().atMost(PATIENCE).until(() -> end(topic) == offset);
    }

    private static long end(String topic) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = admin()) {
            return Objects.requireNonNull(admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                            .all()
                            .get()
                            .get(partition))
                    .offset();
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static class Orders {

        final List<ConsumerRecord<?, byte[]>> handled = new CopyOnWriteArrayList<>();

        volatile boolean broken = true;

        volatile RuntimeException failure = new IntegrationException("refused", FailureCategory.PERMANENT, false);

        @KafkaListener(id = "plain", idIsGroup = false, topics = "${topic}", autoStartup = "${plain}")
        void plain(ConsumerRecord<?, byte[]> record) {
            handle(record);
        }

        @Handled
        @KafkaListener(id = "ours", idIsGroup = false, topics = "${topic}", autoStartup = "${ours}")
        void ours(ConsumerRecord<?, byte[]> record) {
            handle(record);
        }

        private void handle(ConsumerRecord<?, byte[]> record) {
            if (this.broken) {
                throw this.failure;
            }
            this.handled.add(record);
        }
    }

    /** As the documentation of Spring for Apache Kafka has it. */
    @Configuration(proxyBeanMethods = false)
    static class Springs {

        @Bean
        DefaultErrorHandler errorHandler() {
            KafkaTemplate<Object, Object> template = new KafkaTemplate<>(new DefaultKafkaProducerFactory<>(Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    KafkaBroker.address(),
                    ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
                    StringSerializer.class,
                    ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
                    ByteArraySerializer.class)));
            return new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(0, 0));
        }
    }
}
