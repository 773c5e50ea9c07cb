package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Trap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;
import org.springframework.transaction.support.TransactionTemplate;

/** Table, relay and a real broker together. */
class KafkaRelayTests {

    private static final EmbeddedKafkaKraftBroker BROKER = new EmbeddedKafkaKraftBroker(1, 1);

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private final String topic = "orders-" + TOPICS.incrementAndGet();

    private final JdbcAccess access = PostgresDatabase.access();

    private final TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());

    private final List<KafkaMessageDestination> destinations = new ArrayList<>();

    private final List<OutboxEngine> engines = new ArrayList<>();

    private final OutboxEngine engine = engine();

    private final DeadLetters deadLetters = Outboxes.deadLetters(this.access, this.engine::replayer);

    @BeforeAll
    static void startBroker() {
        BROKER.brokerProperty("auto.create.topics.enable", "false");
        BROKER.brokerProperty("message.max.bytes", "900000");
        BROKER.afterPropertiesSet();
    }

    @AfterAll
    static void stopBroker() {
        BROKER.destroy();
    }

    @AfterEach
    void stop() {
        this.engines.forEach((each) -> each.relay().stop());
        this.destinations.forEach(KafkaMessageDestination::destroy);
    }

    private OutboxEngine engine() {
        return engine(BROKER.getBrokersAsString());
    }

    private OutboxEngine engine(String brokers) {
        KafkaMessageDestination destination = new KafkaMessageDestination(
                new DefaultKafkaProducerFactory<>(
                        Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers),
                        new StringSerializer(),
                        new StringSerializer()),
                Outboxes.spec());
        this.destinations.add(destination);
        OutboxEngine made = OutboxEngine.durable(
                this.access,
                Outboxes.parts(Outboxes.spec(), List.of(destination), () -> this.deadLetters, TimeSource.system()));
        this.engines.add(made);
        return made;
    }

    @Test
    void messageArrivesWithKeyPayloadAndHeaders() {
        createTopic(Map.of());
        this.engine.relay().start();
        String id = publish(OutboxMessage.of("github.push", this.topic, Map.of("zen", "ok"))
                .withKey("octo/größe")
                .withHeader("X-GitHub-Delivery", "d-1"));
        ConsumerRecord<String, byte[]> record = consume(1).get(0);
        assertThat(record.key()).isEqualTo("octo/größe");
        assertThat(record.value()).asString().isEqualTo("{\"zen\":\"ok\"}");
        assertThat(headers(record))
                .containsEntry(CloudEventHeaders.SPEC_VERSION, "1.0")
                .containsEntry(CloudEventHeaders.ID, id)
                .containsEntry(CloudEventHeaders.SOURCE, "shop")
                .containsEntry(CloudEventHeaders.TYPE, "github.push")
                .containsEntry(CloudEventHeaders.DATA_VERSION, "1")
                .containsEntry(CloudEventHeaders.CONTENT_TYPE, "application/json")
                .containsEntry("X-GitHub-Delivery", "d-1");
        try (CloudEventDeserializer official = new CloudEventDeserializer()) {
            CloudEvent event = official.deserialize(record.topic(), record.headers(), record.value());
            assertThat(event.getId()).isEqualTo(id);
            assertThat(event.getType()).isEqualTo("github.push");
            assertThat(event.getExtension("dataversion")).isEqualTo("1");
        }
        awaitEmpty();
    }

    @Test
    void manyKeysArriveInOrderPerKeyAndExactlyOnceWhileNothingFails() {
        createTopic(Map.of());
        this.engine.relay().start();
        for (int batch = 0; batch < 20; batch++) {
            int number = batch;
            this.transaction.executeWithoutResult((status) -> IntStream.range(0, 50)
                    .forEach((key) -> this.engine
                            .outbox()
                            .publish(OutboxMessage.of("n", this.topic, number).withKey("key-" + key))));
        }
        Map<String, List<String>> byKey = consume(1000).stream()
                .collect(Collectors.groupingBy(
                        ConsumerRecord::key,
                        Collectors.mapping((record) -> new String(record.value()), Collectors.toList())));
        List<String> expected =
                IntStream.range(0, 20).mapToObj(Integer::toString).toList();
        assertThat(byKey)
                .hasSize(50)
                .allSatisfy((key, values) -> assertThat(values).isEqualTo(expected));
        awaitEmpty();
        assertThat(this.engine.statistics().sent()).isEqualTo(1000);
    }

    @Test
    @Trap(5)
    void recordTheBrokerRefusesIsDeadLetteredAndItsKeyGoesOnAndAReplayKeepsItsId() {
        createTopic(Map.of());
        List<String> ids = new ArrayList<>();
        for (int size : new int[] {10, 5_000, 20, 30}) {
            ids.add(publish(OutboxMessage.of("n", this.topic, new byte[size]).withKey("k")));
        }
        alterTopic("max.message.bytes", "2000");
        this.engine.relay().start();
        assertThat(consume(3))
                .extracting((record) -> headers(record).get("ce_id"))
                .containsExactly(ids.get(0), ids.get(2), ids.get(3));
        awaitEmpty();
        DeadLetter letter =
                this.deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);
        assertThat(letter.messageId()).isEqualTo(ids.get(1));
        assertThat(letter.exceptionType()).contains("RecordTooLarge");
        assertThat(this.engine.statistics().deadLettered()).isEqualTo(1);
        alterTopic("max.message.bytes", "20000");
        this.deadLetters.replay(letter.id());
        assertThat(consume(4))
                .extracting((record) -> headers(record).get("ce_id"))
                .containsExactly(ids.get(0), ids.get(2), ids.get(3), ids.get(1));
        awaitEmpty();
    }

    @Test
    @Trap(16)
    void recordsThatAreTooLargeTakeNoSmallOneThatIsSentWithThemAlong() {
        createTopic(Map.of());
        List<String> small = new ArrayList<>();
        List<String> large = new ArrayList<>();
        this.transaction.executeWithoutResult((status) -> {
            for (int i = 0; i < 60; i++) {
                boolean tooLarge = i % 3 == 1;
                (tooLarge ? large : small)
                        .add(this.engine
                                .outbox()
                                .publish(OutboxMessage.of("n", this.topic, new byte[tooLarge ? 5_000 : 10])
                                        .withKey("k" + i)));
            }
        });
        alterTopic("max.message.bytes", "2000");
        this.engine.relay().start();
        assertThat(consume(small.size()))
                .extracting((record) -> headers(record).get("ce_id"))
                .containsExactlyInAnyOrderElementsOf(small);
        awaitEmpty();
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 100))
                .extracting(DeadLetter::messageId)
                .containsExactlyInAnyOrderElementsOf(large);
    }

    @Test
    void messageTheTopicCannotTakeFailsThePublishAndTheLargestOneArrives() {
        createTopic(Map.of("max.message.bytes", "2000"));
        KafkaMessageDestination destination = this.destinations.get(0);
        destination.learn(List.of(this.topic));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> destination.sizeLimit(this.topic).bytes() == 2_000);
        ProblemException first = catchThrowableOfType(
                ProblemException.class,
                () -> publish(OutboxMessage.of("n", this.topic, new byte[2_000]).withKey("k")));
        Matcher size = Pattern.compile("has (\\d+) bytes as it is sent").matcher(String.valueOf(first.getMessage()));
        assertThat(size.find()).isTrue();
        int overhead = Integer.parseInt(size.group(1)) - 2_000;
        OutboxMessage tooLarge =
                OutboxMessage.of("n", this.topic, new byte[2_001 - overhead]).withKey("k");
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> publish(tooLarge))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_TOO_LARGE))
                .withMessageContaining("has 2001 bytes")
                .withMessageContaining("'%s' takes 2000 (max.message.bytes of the topic)", this.topic);
        publish(OutboxMessage.of("n", this.topic, new byte[2_000 - overhead]).withKey("k"));
        this.engine.relay().start();
        assertThat(consume(1)).hasSize(1);
        awaitEmpty();
        assertThat(this.engine.statistics().deadLettered()).isZero();
    }

    @Test
    void topicWithoutALimitOfItsOwnHasThatOfTheBroker() {
        createTopic(Map.of());
        KafkaMessageDestination destination = this.destinations.get(0);
        assertThat(destination.sizeLimit(this.topic).setting()).isEqualTo("max.request.size of the producer");
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> destination.sizeLimit(this.topic).bytes() == 900_000);
    }

    @Test
    @Trap(1)
    void transactionThatDrewALowIdAndCommitsLateIsStillSent() throws Exception {
        createTopic(Map.of());
        this.engine.relay().start();
        CountDownLatch inserted = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(1);
        Thread slow = new Thread(() -> this.transaction.executeWithoutResult((status) -> {
            this.engine
                    .replayer()
                    .replay(new ReplayedMessage(
                            this.topic, "k", "low", "n", 1, null, Map.of("ce_id", "low"), new byte[0]));
            inserted.countDown();
            await(sent);
        }));
        slow.start();
        await(inserted);
        String high = publish(OutboxMessage.of("n", this.topic, new byte[0]).withKey("k"));
        assertThat(consume(1))
                .extracting((record) -> headers(record).get("ce_id"))
                .containsExactly(high);
        sent.countDown();
        slow.join();
        assertThat(consume(2))
                .extracting((record) -> headers(record).get("ce_id"))
                .containsExactly(high, "low");
        awaitEmpty();
    }

    @Test
    void secondInstanceTakesOverAtOnceWhenTheFirstStopsGracefully() {
        createTopic(Map.of());
        OutboxEngine second = engine();
        this.engine.relay().start();
        Awaitility.await().until(() -> this.engine.statistics().ownedShards().size() == Outboxes.SHARDS);
        second.relay().start();
        publish(OutboxMessage.of("n", this.topic, 1).withKey("k"));
        consume(1);
        this.engine.relay().stop();
        assertThat(this.engine.statistics().ownedShards()).isEmpty();
        publish(OutboxMessage.of("n", this.topic, 2).withKey("k"));
        assertThat(consume(2))
                .extracting((record) -> new String(record.value()))
                .containsExactly("1", "2");
        assertThat(second.statistics().sent()).isEqualTo(1);
        this.engine.relay().start();
        assertThat(this.engine.relay().isRunning()).isTrue();
    }

    @Test
    void topicNobodyMadeIsAnOutageUntilItIsMade() {
        this.engine.relay().start();
        publish(OutboxMessage.of("n", this.topic, 1).withKey("k"));
        Awaitility.await()
                .until(() -> this.engine.statistics().unavailableDestinations().containsKey(this.topic));
        assertThat(this.engine.statistics().backlog().messages()).isEqualTo(1);
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();
        createTopic(Map.of());
        assertThat(consume(1)).hasSize(1);
        awaitEmpty();
        assertThat(this.engine.statistics().unavailableDestinations()).isEmpty();
    }

    @Test
    @Trap(7)
    void brokerThatIsDownCostsNothingButTime() {
        OutboxEngine lonely = engine("localhost:1");
        lonely.relay().start();
        publish(OutboxMessage.of("n", this.topic, 1).withKey("k"));
        Awaitility.await().until(() -> lonely.statistics().failed() >= 2);
        assertThat(lonely.statistics().backlog().messages()).isEqualTo(1);
        assertThat(lonely.statistics().deadLettered()).isZero();
        assertThat(lonely.statistics().ownedShards()).hasSize(Outboxes.SHARDS);
        lonely.relay().stop();
        createTopic(Map.of());
        this.engine.relay().start();
        assertThat(consume(1)).hasSize(1);
        awaitEmpty();
    }

    @Test
    void namesThatAreNoTopicsAreNotAccepted() {
        KafkaMessageDestination destination = this.destinations.get(0);
        assertThat(List.of("orders", "a.b_c-1", "..."))
                .allSatisfy((name) -> assertThat(destination.accepts(name)).isTrue());
        assertThat(List.of("", ".", "..", "rabbit:orders", "größe", "x".repeat(250)))
                .allSatisfy((name) -> assertThat(destination.accepts(name)).isFalse());
    }

    private String publish(OutboxMessage message) {
        return String.valueOf(this.transaction.<String>execute(
                (status) -> this.engine.outbox().publish(message)));
    }

    private void createTopic(Map<String, String> settings) {
        BROKER.addTopics(new NewTopic(this.topic, 4, (short) 1).configs(settings));
    }

    private void alterTopic(String name, String value) {
        BROKER.doWithAdmin((admin) -> {
            var resource = new org.apache.kafka.common.config.ConfigResource(
                    org.apache.kafka.common.config.ConfigResource.Type.TOPIC, this.topic);
            var change = new org.apache.kafka.clients.admin.AlterConfigOp(
                    new org.apache.kafka.clients.admin.ConfigEntry(name, value),
                    org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET);
            try {
                admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    private void awaitEmpty() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> this.engine.statistics().backlog().messages() == 0);
    }

    /** Reads the topic from its beginning until it has so many records. */
    private List<ConsumerRecord<String, byte[]>> consume(int count) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                BROKER.getBrokersAsString(),
                ConsumerConfig.GROUP_ID_CONFIG,
                "reader",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false);
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (Consumer<String, byte[]> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(IntStream.range(0, 4)
                    .mapToObj((partition) -> new org.apache.kafka.common.TopicPartition(this.topic, partition))
                    .toList());
            consumer.seekToBeginning(consumer.assignment());
            Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                return records.size() >= count;
            });
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private static Map<String, String> headers(ConsumerRecord<String, byte[]> record) {
        Map<String, String> headers = new LinkedHashMap<>();
        record.headers()
                .forEach((header) -> headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
        return headers;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
