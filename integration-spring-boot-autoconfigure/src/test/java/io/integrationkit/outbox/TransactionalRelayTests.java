package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.TransactionalRelay.Hooks;
import io.integrationkit.outbox.TransactionalRelay.Killed;
import io.integrationkit.testsupport.PostgresDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** The transactional mode on a real broker and a real database: each message once at a reader of committed messages. */
@ExtendWith(OutputCaptureExtension.class)
class TransactionalRelayTests {

    private static final EmbeddedKafkaKraftBroker BROKER = new EmbeddedKafkaKraftBroker(1, 1);

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private static final int PARTITIONS = 2;

    private static final int SHARDS = 2;

    private final String topic = "orders-" + TOPICS.incrementAndGet();

    private final String progress = this.topic + "-progress";

    private final JdbcAccess access = PostgresDatabase.access();

    private final DeadLetters deadLetters = Outboxes.deadLetters(this.access, () -> null);

    private final List<TransactionalRelay> relays = new ArrayList<>();

    private final List<String> published = new ArrayList<>();

    private boolean begun;

    @BeforeAll
    static void startBroker() {
        BROKER.brokerProperty("auto.create.topics.enable", "false");
        BROKER.brokerProperty("transaction.abort.timed.out.transaction.cleanup.interval.ms", "100");
        BROKER.brokerProperty("transaction.state.log.num.partitions", "2");
        BROKER.brokerProperty("transaction.state.log.replication.factor", "1");
        BROKER.brokerProperty("transaction.state.log.min.isr", "1");
        BROKER.afterPropertiesSet();
    }

    @AfterAll
    static void stopBroker() {
        BROKER.destroy();
    }

    @AfterEach
    void close() {
        this.relays.forEach(TransactionalRelay::close);
    }

    private OutboxSpec spec(Duration lease, Duration deliveryTimeout) {
        OutboxSpec spec = Outboxes.spec();
        return new OutboxSpec(
                "shop",
                SHARDS,
                20,
                10_000,
                lease,
                deliveryTimeout,
                Duration.ZERO,
                spec.pollMin(),
                spec.pollMax(),
                spec.memoryCapacity(),
                spec.sessionGrace(),
                spec.publishing(),
                new DestinationSpecs(
                        new DestinationSpec(HeadPolicy.CONTINUE, SendMode.TRANSACTIONAL),
                        Map.of(),
                        new TransactionSpec(this.progress, true)),
                spec.reading());
    }

    private OutboxSpec spec() {
        return spec(Duration.ofSeconds(60), Duration.ofSeconds(20));
    }

    private TransactionalRelay relay(long epoch, Hooks hooks) {
        return relay(spec(), epoch, hooks);
    }

    private TransactionalRelay relay(OutboxSpec spec, long epoch, Hooks hooks) {
        TransactionalRelay relay = new TransactionalRelay(
                this.access, spec, BROKER.getBrokersAsString(), epoch, () -> this.deadLetters, hooks);
        this.relays.add(relay);
        return relay;
    }

    @Test
    void allArrivesOnceAndInOrderPerKey() {
        createTopic();
        TransactionalRelay relay = relay(1, new Hooks());
        for (int round = 0; round < 5; round++) {
            publish(30);
            relay.runUntil(() -> owed() == 0);
        }
        relay.drain();
        assertThat(relay.counters().sent.sum()).isEqualTo(150);
        eachArrivedOnceAndInOrder();
    }

    /** Where a process dies. */
    enum Point {
        BEFORE_THE_FIRST_SEND,
        BETWEEN_SENDS,
        BEFORE_THE_COMMIT,
        BETWEEN_COMMIT_AND_DELETE,
        BETWEEN_THE_COMMIT_AND_DELETE_OF_A_LATER_BATCH
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void afterADeathTheNextOwnerRepeatsAndLosesNothing(Point point) {
        createTopic();
        AtomicInteger commits = new AtomicInteger();
        CountDownLatch dead = new CountDownLatch(1);
        TransactionalRelay first = relay(1, new Hooks() {
            @Override
            void beforeSend(int number) {
                die(point == Point.BEFORE_THE_FIRST_SEND || (point == Point.BETWEEN_SENDS && number == 3));
            }

            @Override
            void beforeCommit() {
                die(point == Point.BEFORE_THE_COMMIT);
            }

            @Override
            void afterCommit() {
                int number = commits.incrementAndGet();
                die(point == Point.BETWEEN_COMMIT_AND_DELETE
                        || (point == Point.BETWEEN_THE_COMMIT_AND_DELETE_OF_A_LATER_BATCH && number > 3));
            }

            private void die(boolean here) {
                if (here || dead.getCount() == 0) {
                    dead.countDown();
                    throw new Killed();
                }
            }
        });
        publish(100);
        first.runUntil(() -> dead.getCount() == 0);
        publish(20);
        TransactionalRelay second = relay(2, new Hooks());
        second.runUntil(() -> owed() == 0);
        second.drain();
        eachArrivedOnceAndInOrder();
    }

    @Test
    void failedDeleteIsMadeUpForByTheSameRelay() {
        createTopic();
        AtomicInteger failures = new AtomicInteger(3);
        TransactionalRelay relay = relay(1, new Hooks() {
            @Override
            void beforeDelete() {
                if (failures.getAndDecrement() > 0) {
                    throw new IllegalStateException("no database");
                }
            }
        });
        publish(50);
        relay.runUntil(() -> owed() == 0);
        assertThat(failures.get()).isNegative();
        eachArrivedOnceAndInOrder();
    }

    @Test
    void commitWhoseAnswerIsLostIsFoundInTheProgress() {
        createTopic();
        AtomicInteger lost = new AtomicInteger(2);
        TransactionalRelay relay = relay(1, new Hooks() {
            @Override
            void afterCommit() {
                if (lost.getAndDecrement() > 0) {
                    throw new TimeoutException("the answer is lost");
                }
            }
        });
        publish(50);
        relay.runUntil(() -> owed() == 0);
        assertThat(lost.get()).isNegative();
        eachArrivedOnceAndInOrder();
    }

    @Test
    void openTransactionOfAnotherTableInTheSameTopicHidesNoProgress() {
        createTopic();
        OutboxSpec spec = spec(Duration.ofSeconds(5), Duration.ofSeconds(2));
        AtomicBoolean dead = new AtomicBoolean();
        try (KafkaProducer<byte[], byte[]> other = new KafkaProducer<>(
                Map.of("bootstrap.servers", BROKER.getBrokersAsString(), "transactional.id", this.topic),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            TransactionalRelay first = relay(spec, 1, new Hooks() {
                @Override
                void beforeCommit() {
                    begin(other);
                }

                @Override
                void afterCommit() {
                    dead.set(true);
                    throw new Killed();
                }
            });
            publish(20);
            first.runUntil(dead::get);
            TransactionalRelay second = relay(spec, 2, new Hooks());
            second.runUntil(() -> second.counters().failed.sum() > 0);
            other.commitTransaction();
            second.runUntil(() -> owed() == 0);
        }
        eachArrivedOnceAndInOrder();
    }

    private synchronized void begin(KafkaProducer<byte[], byte[]> other) {
        if (!this.begun) {
            this.begun = true;
            other.initTransactions();
            other.beginTransaction();
            for (int shard = 0; shard < SHARDS; shard++) {
                other.send(new ProducerRecord<>(this.progress, shard, new byte[1], new byte[1]));
            }
            other.flush();
        }
    }

    @Test
    void senderThatGoesOnAfterItsShardWasTakenOverIsFenced() throws Exception {
        createTopic();
        CountDownLatch paused = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        TransactionalRelay zombie = relay(1, new Hooks() {
            @Override
            void beforeCommit() {
                paused.countDown();
                await(goOn);
            }
        });
        publish(40);
        zombie.runUntil(() -> paused.getCount() == 0);
        TransactionalRelay owner = relay(2, new Hooks());
        owner.runUntil(() -> owed() == 0);
        publish(40);
        goOn.countDown();
        zombie.drain();
        assertThat(zombie.counters().sent.sum()).isZero();
        owner.runUntil(() -> owed() == 0);
        eachArrivedOnceAndInOrder();
    }

    @Test
    void instancesThatComeAndGoRepeatNothing() {
        createTopic();
        OutboxEngine first = engine();
        OutboxEngine second = engine();
        try {
            first.relay().start();
            publish(40);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> first.statistics().sent() > 0);
            second.relay().start();
            publish(40);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> second.statistics().ownedShards().size() == 1);
            publish(40);
            first.relay().stop();
            publish(40);
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> owed() == 0);
        } finally {
            first.relay().stop();
            second.relay().stop();
        }
        assertThat(first.statistics().sent() + second.statistics().sent()).isEqualTo(160);
        eachArrivedOnceAndInOrder();
    }

    private OutboxEngine engine() {
        OutboxSpec spec = spec();
        KafkaMessageDestination destination = new KafkaMessageDestination(
                new DefaultKafkaProducerFactory<>(
                        Map.of("bootstrap.servers", BROKER.getBrokersAsString()),
                        new StringSerializer(),
                        new StringSerializer()),
                spec);
        return OutboxEngine.durable(
                this.access, Outboxes.parts(spec, List.of(destination), () -> this.deadLetters, TimeSource.system()));
    }

    @Test
    void lostLeaseEndsTheSessionAndAnotherTakesOver() {
        createTopic();
        TransactionalRelay first = relay(1, new Hooks());
        publish(30);
        first.runUntil(() -> owed() == 0);
        first.loseLeases();
        first.drain();
        publish(30);
        TransactionalRelay second = relay(2, new Hooks());
        second.runUntil(() -> owed() == 0);
        eachArrivedOnceAndInOrder();
    }

    @Test
    void transactionThatTheBrokerGaveUpIsSentAgain() {
        createTopic();
        AtomicBoolean once = new AtomicBoolean();
        TransactionalRelay relay = relay(spec(Duration.ofSeconds(2), Duration.ofSeconds(1)), 1, new Hooks() {
            @Override
            void beforeCommit() {
                if (once.compareAndSet(false, true)) {
                    awaitNoOpenTransaction();
                }
            }
        });
        publish(40);
        relay.runUntil(() -> owed() == 0);
        assertThat(once).isTrue();
        eachArrivedOnceAndInOrder();
    }

    @Test
    void recordRefusedInTheMiddleOfABatchIsADeadLetterAndTheOthersArriveInOrder() {
        createTopic();
        alterTopic(this.topic, "max.message.bytes", "3000");
        publish(10);
        append("too-large", "key-1", new byte[5_000]);
        publish(10);
        TransactionalRelay relay = relay(1, new Hooks());
        relay.runUntil(() -> owed() == 0);
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 10))
                .singleElement()
                .satisfies((letter) -> {
                    assertThat(letter.messageId()).isEqualTo("too-large");
                    assertThat(letter.exceptionType()).contains("RecordTooLarge");
                });
        assertThat(relay.counters().deadLettered.sum()).isEqualTo(1);
        assertThat(relay.counters().failed.sum()).isZero();
        eachArrivedOnceAndInOrder();
    }

    @Test
    void topicNobodyMadeHoldsUpNoOtherAndArrivesOnceItIsMade() {
        createTopic();
        String missing = this.topic + "-missing";
        OutboxSpec spec = spec(Duration.ofSeconds(3), Duration.ofSeconds(1));
        Outboxes.store(this.access, spec, () -> this.deadLetters)
                .append(List.of(Outboxes.record("m-1", missing, "key-1"), Outboxes.record("m-2", missing, "key-1")));
        publish(20);
        TransactionalRelay relay = relay(spec, 1, new Hooks());
        relay.runUntil(() -> owed() == 2);
        eachArrivedOnceAndInOrder();
        assertThat(relay.counters().unavailable).containsKey(missing);
        BROKER.addTopics(new NewTopic(missing, PARTITIONS, (short) 1));
        relay.runUntil(() -> owed() == 0);
        assertThat(consume(missing)).extracting(TransactionalRelayTests::id).containsExactly("m-1", "m-2");
    }

    @Test
    void progressOfAnotherTableIsIgnoredAndReported(CapturedOutput output) {
        createTopic();
        publish(10);
        TransactionalRelay relay = relay(1, new Hooks());
        note("another-incarnation", stored(), true);
        relay.runUntil(() -> owed() == 0);
        eachArrivedOnceAndInOrder();
        assertThat(output).containsOnlyOnce("INT-336");
    }

    @Test
    void progressOfThisTableWithIdsThatWereGivenOutAgainDeletesNothing() {
        createTopic();
        publish(10);
        TransactionalRelay relay = relay(1, new Hooks());
        note(TableIncarnation.of(this.access, this.progress), stored(), false);
        relay.runUntil(() -> owed() == 0);
        eachArrivedOnceAndInOrder();
    }

    @Test
    void progressIsFoundBehindManyRecordsOfOthers() {
        createTopic();
        publish(10);
        TransactionalRelay relay = relay(1, new Hooks());
        note(TableIncarnation.of(this.access, this.progress), stored(), true);
        for (int i = 0; i < 100; i++) {
            note("another-incarnation", stored(), true);
        }
        relay.runUntil(() -> owed() == 0);
        assertThat(consume(this.topic)).isEmpty();
        assertThat(relay.counters().sent.sum()).isZero();
    }

    @Test
    void progressTopicIsCreatedOrElseAskedForAtTheStart() {
        OutboxSpec made = spec();
        prepare(made);
        prepare(made);
        BROKER.addTopics(
                new NewTopic("few", 1, (short) 1).configs(Map.of("cleanup.policy", "compact")),
                new NewTopic("forgetful", SHARDS, (short) 1));
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> prepare(with("nowhere", false)))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_PROGRESS_TOPIC);
                    assertThat(ex.action())
                            .contains("kafka-topics.sh --bootstrap-server " + BROKER.getBrokersAsString()
                                    + " --create --topic nowhere --partitions 2 --config cleanup.policy=compact");
                });
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> prepare(with("few", true)))
                .withMessageContaining("has 1 partitions for 2 shards");
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> prepare(with("forgetful", true)))
                .withMessageContaining("has cleanup.policy=delete");
    }

    private OutboxSpec with(String progressTopic, boolean create) {
        OutboxSpec spec = spec();
        return Outboxes.with(
                spec,
                new DestinationSpecs(
                        spec.destinations().others(), Map.of(), new TransactionSpec(progressTopic, create)));
    }

    private static void prepare(OutboxSpec spec) {
        new TransactionChecks(
                        spec.destinations().transactions(),
                        spec.shards(),
                        Map.of("bootstrap.servers", BROKER.getBrokersAsString()))
                .run();
    }

    /** Who takes a shard over would look for the progress where it is not, and repeat what was sent. */
    @Test
    void instanceThatWouldNoteProgressElsewhereDoesNotStart() {
        createTopic();
        relay(1, new Hooks());
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> relay(with("elsewhere", true), 2, new Hooks()))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_PROGRESS_TOPIC);
                    assertThat(ex.getMessage())
                            .contains("'" + this.progress + "'")
                            .contains("'elsewhere'");
                    assertThat(ex.action())
                            .contains("integration.outbox.transactional.progress-topic=" + this.progress);
                });
    }

    @Test
    void brokersThatDoNotAnswerDoNotStopTheStart() {
        createTopic();
        publish(2);
        OutboxSpec spec = spec(Duration.ofSeconds(3), Duration.ofSeconds(1));
        TransactionalRelay lonely =
                new TransactionalRelay(this.access, spec, "localhost:1", 1, () -> this.deadLetters, new Hooks());
        this.relays.add(lonely);
        lonely.runUntil(() -> lonely.counters().failed.sum() > 0);
        assertThat(lonely.counters().unavailable).containsKey(this.topic);
        lonely.drain();
        relay(2, new Hooks()).runUntil(() -> owed() == 0);
        eachArrivedOnceAndInOrder();
    }

    private void createTopic() {
        BROKER.addTopics(new NewTopic(this.topic, PARTITIONS, (short) 1));
    }

    private static void alterTopic(String topic, String name, String value) {
        BROKER.doWithAdmin((admin) -> {
            try {
                admin.incrementalAlterConfigs(Map.of(
                                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                        .all()
                        .get(30, TimeUnit.SECONDS);
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    private static void awaitNoOpenTransaction() {
        BROKER.doWithAdmin((admin) -> Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> admin.listTransactions().all().get(30, TimeUnit.SECONDS).stream()
                        .noneMatch((each) -> each.state() == TransactionState.ONGOING
                                || each.state() == TransactionState.PREPARE_ABORT)));
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            String id = "%04d".formatted(this.published.size());
            this.published.add(id);
            append(id, "key-" + (this.published.size() % 5), id.getBytes());
        }
    }

    private void append(String id, String key, byte[] payload) {
        Outboxes.store(this.access, spec(), () -> this.deadLetters)
                .append(List.of(new OutboxRecord(
                        id, this.topic, key, "order.placed", 1, OutboxMessage.JSON, Map.of("ce_id", id), payload)));
    }

    private long owed() {
        return count("SELECT count(*) FROM integration_outbox");
    }

    private long count(String sql) {
        Long count = this.access.jdbc().queryForObject(sql, Long.class);
        return (count != null) ? count : -1;
    }

    private List<StoredMessage> stored() {
        return Outboxes.store(this.access, spec(), () -> this.deadLetters)
                .read(List.of(new OutboxStore.Window(0, 100, null), new OutboxStore.Window(1, 100, null)), Set.of());
    }

    /** Writes progress as if those rows were sent; with other messages if they are not the same. */
    private void note(String incarnation, List<StoredMessage> rows, boolean same) {
        ProgressTopic topicOfProgress = new ProgressTopic(
                this.progress,
                Map.of("bootstrap.servers", BROKER.getBrokersAsString()),
                Duration.ofSeconds(20),
                TimeSource.system());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", BROKER.getBrokersAsString()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int shard = 0; shard < SHARDS; shard++) {
                int number = shard;
                List<StoredMessage> ofShard = rows.stream()
                        .filter((message) -> message.row().shard() == number)
                        .map((message) -> same
                                ? message
                                : new StoredMessage(
                                        message.row(),
                                        Outboxes.record("other-" + message.row().id(), "key"),
                                        null))
                        .toList();
                producer.send(topicOfProgress.record(shard, incarnation, BatchProgress.of(ofShard)));
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(2, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private void eachArrivedOnceAndInOrder() {
        List<ConsumerRecord<String, byte[]>> records = consume(this.topic);
        assertThat(records).extracting(TransactionalRelayTests::id).containsExactlyInAnyOrderElementsOf(this.published);
        Map<String, List<String>> byKey = new TreeMap<>();
        records.forEach((record) ->
                byKey.computeIfAbsent(record.key(), (key) -> new ArrayList<>()).add(id(record)));
        assertThat(byKey).allSatisfy((key, ids) -> assertThat(ids).isSorted());
    }

    private static String id(ConsumerRecord<String, byte[]> record) {
        return new String(record.headers().lastHeader("ce_id").value());
    }

    /** All that a reader of committed messages sees up to the end of everything. */
    private static List<ConsumerRecord<String, byte[]>> consume(String topic) {
        List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
        Map<TopicPartition, Long> ends;
        try (KafkaConsumer<String, byte[]> everything = consumer("read_uncommitted")) {
            ends = everything.endOffsets(partitions);
        }
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> committed = consumer("read_committed")) {
            committed.assign(partitions);
            committed.seekToBeginning(partitions);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                committed.poll(Duration.ofMillis(50)).forEach(records::add);
                return partitions.stream()
                        .allMatch((partition) -> committed.position(partition) >= ends.getOrDefault(partition, 0L));
            });
        }
        return records;
    }

    private static KafkaConsumer<String, byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", BROKER.getBrokersAsString(), "isolation.level", isolation),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }
}
