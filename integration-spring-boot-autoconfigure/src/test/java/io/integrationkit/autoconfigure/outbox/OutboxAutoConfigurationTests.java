package io.integrationkit.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.StateStore;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.outbox.Backpressure;
import io.integrationkit.outbox.DestinationSpec;
import io.integrationkit.outbox.DestinationSpecs;
import io.integrationkit.outbox.HeadPolicy;
import io.integrationkit.outbox.KafkaMessageDestination;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxConfigurationException;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.outbox.OutboxRecord;
import io.integrationkit.outbox.OutboxRelay;
import io.integrationkit.outbox.OutboxSpec;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.outbox.PublishSpec;
import io.integrationkit.outbox.SendMode;
import io.integrationkit.outbox.TransactionSpec;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class OutboxAutoConfigurationTests {

    private final ApplicationContextRunner inMemory = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    OutboxAutoConfiguration.class));

    private final ApplicationContextRunner inDatabase = this.inMemory.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void withoutDatabaseMessagesAreKeptInMemory() {
        this.inMemory.withUserConfiguration(OwnDestination.class).run((context) -> {
            assertThat(context.getBean(Outbox.class).durable()).isFalse();
            assertThat(context.getBean("integrationOutboxStateStore", StateStore.class))
                    .isEqualTo(new StateStore("outbox", "memory", false, "messages not sent yet"));
            String id = context.getBean(Outbox.class).publish(OutboxMessage.of("x", "own", "x"));
            Awaitility.await()
                    .until(() -> context.getBean(OwnDestination.class).received.contains(id));
        });
    }

    @Test
    void withADatabaseMessagesAreKeptThereAndSentAfterTheCommit() {
        this.inDatabase.withUserConfiguration(OwnDestination.class).run((context) -> {
            assertThat(context.getBean(Outbox.class).durable()).isTrue();
            assertThat(context.getBean("integrationOutboxStateStore", StateStore.class))
                    .isEqualTo(new StateStore("outbox", "h2", true, "messages not sent yet"));
            TransactionTemplate transaction =
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
            String id = transaction.execute(
                    (status) -> context.getBean(Outbox.class).publish(OutboxMessage.of("x", "own", "x")));
            Awaitility.await()
                    .until(() -> context.getBean(OwnDestination.class).received.contains(id));
            Awaitility.await()
                    .until(() ->
                            context.getBean(OutboxStatistics.class).backlog().messages() == 0);
        });
    }

    @Test
    void closingTheContextStopsTheRelayBeforeThePoolIsClosed() {
        this.inDatabase.withUserConfiguration(OwnDestination.class).run((context) -> {
            OutboxRelay relay = context.getBean(OutboxRelay.class);
            OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
            Awaitility.await().until(() -> statistics.ownedShards().size() == 64);
            context.getSourceApplicationContext().close();
            assertThat(relay.isRunning()).isFalse();
            assertThat(statistics.lastError()).isNull();
            assertThat(statistics.ownedShards()).isEmpty();
        });
    }

    @Test
    void databaseThatIsSwitchedOffIsNotUsed() {
        this.inDatabase
                .withPropertyValues("integration.jdbc.enabled=false")
                .run((context) ->
                        assertThat(context.getBean(Outbox.class).durable()).isFalse());
    }

    @Test
    void withoutSpringJdbcItIsInMemory() {
        this.inMemory
                .withClassLoader(new FilteredClassLoader("org.springframework.jdbc"))
                .run((context) ->
                        assertThat(context.getBean(Outbox.class).durable()).isFalse());
    }

    @Test
    void withoutAnyDestinationThereIsAnOutboxThatRefusesAndNoRelayRuns() {
        this.inMemory.run((context) -> {
            assertThat(context).hasSingleBean(Outbox.class).hasSingleBean(MessageReplayer.class);
            assertThat(context.getBean(OutboxRelay.class).isRunning()).isFalse();
        });
    }

    @Test
    void withKafkaTopicsAreDestinationsAndTheApplicationsBeansAreLeftAlone() {
        this.inMemory
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .run((context) -> assertThat(context)
                        .hasSingleBean(KafkaMessageDestination.class)
                        .hasSingleBean(ProducerFactory.class)
                        .hasSingleBean(KafkaTemplate.class));
    }

    @Test
    void ownDestinationsAreAskedBeforeKafka() {
        this.inMemory
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withUserConfiguration(OwnDestination.class)
                .run((context) -> {
                    assertThat(context.getBeanProvider(MessageDestination.class).orderedStream())
                            .extracting((destination) -> destination instanceof KafkaMessageDestination)
                            .containsExactly(false, true);
                    String id = context.getBean(Outbox.class).publish(OutboxMessage.of("x", "own", "x"));
                    Awaitility.await()
                            .until(() -> context.getBean(OwnDestination.class)
                                    .received
                                    .contains(id));
                });
    }

    @Test
    void withoutSpringKafkaThereIsNoKafkaDestination() {
        this.inMemory
                .withClassLoader(new FilteredClassLoader("org.springframework.kafka", "org.apache.kafka"))
                .withUserConfiguration(OwnDestination.class)
                .run((context) -> {
                    assertThat(context).hasNotFailed().hasSingleBean(MessageDestination.class);
                    assertThat(context.getBean(OutboxRelay.class).isRunning()).isTrue();
                });
    }

    @Test
    void withoutProducerFactoryThereIsNoKafkaDestination() {
        this.inMemory.run((context) -> assertThat(context).doesNotHaveBean(MessageDestination.class));
    }

    @Test
    void severalProducerFactoriesAreNotGuessedBetween() {
        this.inMemory
                .withUserConfiguration(TwoProducerFactories.class)
                .run((context) -> assertThat(context).doesNotHaveBean(MessageDestination.class));
    }

    @Test
    void outboxOfTheApplicationWins() {
        this.inDatabase
                .withUserConfiguration(OwnOutbox.class)
                .run((context) -> assertThat(context)
                        .hasSingleBean(Outbox.class)
                        .hasBean("own")
                        .doesNotHaveBean(OutboxRelay.class));
    }

    @Test
    void canBeSwitchedOff() {
        this.inDatabase
                .withPropertyValues("integration.outbox.enabled=false")
                .run((context) ->
                        assertThat(context).doesNotHaveBean(Outbox.class).doesNotHaveBean(OutboxRelay.class));
    }

    @Test
    void propertiesReachTheSpec() {
        this.inMemory
                .withPropertyValues(
                        "spring.application.name=shop",
                        "integration.outbox.shards=16",
                        "integration.outbox.batch-size=100",
                        "integration.outbox.max-message-size=2MB",
                        "integration.outbox.lease=30s",
                        "integration.outbox.delivery-timeout=20s",
                        "integration.outbox.lease-margin=3s",
                        "integration.outbox.poll-interval-min=10ms",
                        "integration.outbox.poll-interval-max=5s",
                        "integration.outbox.memory-capacity=5",
                        "integration.outbox.session-grace=2s",
                        "integration.outbox.ordering=locked",
                        "integration.outbox.backpressure.max-age=5m",
                        "integration.outbox.backpressure.max-messages=7",
                        "integration.outbox.backpressure.action=slow",
                        "integration.outbox.backpressure.max-wait=2s",
                        "integration.outbox.backpressure.max-waiting=3",
                        "integration.outbox.handler-concurrency=9",
                        "integration.outbox.on-refused=continue",
                        "integration.outbox.destinations.orders.on-refused=block-key",
                        "integration.outbox.destinations[shop.bills].on-refused=park-key",
                        "integration.outbox.destinations.orders.send-mode=strict",
                        "integration.outbox.transactional.progress-topic=done",
                        "integration.outbox.transactional.create-topic=false",
                        "integration.outbox.sweep-interval=7s",
                        "integration.outbox.notify=false")
                .run((context) -> assertThat(context.getBean(OutboxSpec.class))
                        .isEqualTo(new OutboxSpec(
                                "shop",
                                16,
                                100,
                                2 * 1024 * 1024,
                                Duration.ofSeconds(30),
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(3),
                                Duration.ofMillis(10),
                                Duration.ofSeconds(5),
                                5,
                                Duration.ofSeconds(2),
                                new PublishSpec(
                                        PublishSpec.Ordering.LOCKED,
                                        new Backpressure(
                                                Duration.ofMinutes(5),
                                                7L,
                                                Backpressure.Action.SLOW,
                                                Duration.ofSeconds(2),
                                                3),
                                        9),
                                new DestinationSpecs(
                                        new DestinationSpec(HeadPolicy.CONTINUE, SendMode.STRICT),
                                        Map.of(
                                                "orders",
                                                new DestinationSpec(HeadPolicy.BLOCK_KEY, SendMode.STRICT),
                                                "shop.bills",
                                                new DestinationSpec(HeadPolicy.PARK_KEY, SendMode.STRICT)),
                                        new TransactionSpec("done", false)),
                                new OutboxSpec.Reading(Duration.ofSeconds(7), false))));
    }

    @Test
    void publishingHasNeitherLocksNorLimitsUnlessToldSo() {
        this.inMemory.run((context) ->
                assertThat(context.getBean(OutboxSpec.class).publishing()).isEqualTo(PublishSpec.DEFAULT));
    }

    @Test
    void limitThatCannotWorkFailsTheStart() {
        this.inMemory
                .withPropertyValues("integration.outbox.backpressure.max-messages=0")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OutboxConfigurationException.class)
                        .hasMessageContaining("integration.outbox.backpressure.max-messages=0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shards=0",
                "shards=4097",
                "batch-size=0",
                "batch-size=10001",
                "max-message-size=1023B",
                "delivery-timeout=999ms",
                "lease-margin=-1ms",
                "poll-interval-min=0ms",
                "poll-interval-max=1ms",
                "memory-capacity=0",
                "session-grace=199ms",
                "sweep-interval=9ms",
                "handler-concurrency=0",
                "handler-concurrency=1001"
            })
    void valueBeyondItsLimitFailsTheStartAndNamesItsProperty(String setting) {
        String property = "integration.outbox." + setting.substring(0, setting.indexOf('='));
        this.inMemory
                .withPropertyValues("integration.outbox." + setting)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(OutboxConfigurationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex).hasMessageContaining(property + "=");
                            assertThat(ex.action()).startsWith("Set " + property + " to ");
                        }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shards=1",
                "shards=4096",
                "batch-size=1",
                "batch-size=10000",
                "max-message-size=1KB",
                "delivery-timeout=1s",
                "lease-margin=0ms",
                "poll-interval-min=1ms",
                "poll-interval-max=25ms",
                "memory-capacity=1",
                "session-grace=0ms",
                "session-grace=200ms",
                "sweep-interval=10ms",
                "handler-concurrency=1",
                "handler-concurrency=1000"
            })
    void valueAtItsLimitIsTaken(String setting) {
        this.inMemory
                .withPropertyValues("integration.outbox." + setting)
                .run((context) -> assertThat(context).hasNotFailed());
    }

    @Test
    void publisherWithoutANameFailsTheStart() {
        this.inMemory
                .withPropertyValues("spring.application.name= ", "integration.outbox.source= ")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OutboxConfigurationException.class)
                        .hasMessageContaining("integration.outbox.source="));
    }

    @Test
    void partitionerThatIgnoresKeysFailsTheStart() {
        this.inMemory
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withPropertyValues("spring.kafka.producer.properties[partitioner.ignore.keys]=true")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OutboxConfigurationException.class)
                        .hasMessageContaining("partitioner.ignore.keys=true"));
    }

    @Test
    void keyOfARefusedMessageIsParkedByDefault() {
        this.inMemory.run(
                (context) -> assertThat(context.getBean(OutboxSpec.class).destinations())
                        .isEqualTo(DestinationSpecs.all(HeadPolicy.PARK_KEY)));
    }

    @Test
    void sendModeIsThatOfTheDestinationOrElseOfAllAndStrictByDefault() {
        this.inDatabase
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withPropertyValues(
                        "integration.outbox.source=https://shop/a",
                        "integration.outbox.send-mode=transactional",
                        "integration.outbox.shards=2",
                        "integration.outbox.destinations.bills.send-mode=strict",
                        "integration.outbox.destinations.orders.on-refused=continue",
                        "spring.kafka.bootstrap-servers=" + KafkaBroker.address())
                .run((context) -> {
                    DestinationSpecs specs = context.getBean(OutboxSpec.class).destinations();
                    assertThat(specs.of("anything").sendMode()).isEqualTo(SendMode.TRANSACTIONAL);
                    assertThat(specs.of("orders").sendMode()).isEqualTo(SendMode.TRANSACTIONAL);
                    assertThat(specs.of("bills").sendMode()).isEqualTo(SendMode.STRICT);
                    assertThat(specs.transactions().progressTopic()).isEqualTo("https___shop_a-outbox-progress");
                    assertThat(context.getBean(OutboxRelay.class).isRunning()).isTrue();
                });
        this.inMemory.run((context) -> assertThat(context.getBean(OutboxSpec.class)
                        .destinations()
                        .of("anything")
                        .sendMode())
                .isEqualTo(SendMode.STRICT));
    }

    @Test
    void transactionsWithoutADatabaseFailTheStart() {
        this.inMemory
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withPropertyValues("integration.outbox.destinations.orders.send-mode=transactional")
                .run((context) -> refused(context, "needs a database"));
    }

    @Test
    void transactionsForWhatIsNotOnKafkaFailTheStart() {
        this.inDatabase
                .withPropertyValues("integration.outbox.send-mode=transactional")
                .run((context) -> refused(context, "there is no Kafka"));
        this.inDatabase
                .withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class))
                .withUserConfiguration(OwnDestination.class)
                .withPropertyValues("integration.outbox.destinations.own.send-mode=transactional")
                .run((context) -> refused(context, "destinations[own].send-mode=TRANSACTIONAL is for Kafka topics"));
    }

    @Test
    void progressTopicThatIsNoTopicFailsTheStart() {
        this.inMemory
                .withPropertyValues("integration.outbox.transactional.progress-topic=a/b")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(OutboxConfigurationException.class)
                        .hasMessageContaining("integration.outbox.transactional.progress-topic=a/b"));
    }

    private static void refused(AssertableApplicationContext context, String message) {
        assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOfSatisfying(
                        OutboxConfigurationException.class,
                        (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_SEND_MODE))
                .hasMessageContaining(message);
    }

    @Test
    void unknownPolicyForRefusedMessagesFailsTheStart() {
        this.inMemory
                .withPropertyValues("integration.outbox.destinations.orders.on-refused=drop")
                .run((context) -> assertThat(context).hasFailed());
        this.inMemory
                .withPropertyValues("integration.outbox.destinations.orders.on-refuse=continue")
                .run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void operatorsGetTheKeysUnlessTheApplicationHasItsOwn() {
        this.inMemory.run((context) ->
                assertThat(context.getBean(OutboxKeys.class).list(null, 1)).isEmpty());
        OutboxKeys own = mock(OutboxKeys.class);
        this.inMemory
                .withBean("own", OutboxKeys.class, () -> own)
                .run((context) -> assertThat(context.getBean(OutboxKeys.class)).isSameAs(own));
    }

    @Test
    void sourceCanBeNamed() {
        this.inMemory
                .withPropertyValues("spring.application.name=shop", "integration.outbox.source=/shop/eu")
                .run((context) ->
                        assertThat(context.getBean(OutboxSpec.class).source()).isEqualTo("/shop/eu"));
        this.inMemory.run((context) ->
                assertThat(context.getBean(OutboxSpec.class).source()).isEqualTo("application"));
    }

    @Test
    void leaseThatIsTooShortFailsTheStart() {
        this.inDatabase
                .withPropertyValues("integration.outbox.lease=9s")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                OutboxConfigurationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_LEASE_TIMES)));
    }

    @Test
    void invalidValueFailsTheStart() {
        this.inDatabase
                .withPropertyValues("integration.outbox.batch-size=0")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("integration.outbox.batch-size=0"));
    }

    @Test
    void unknownPropertyFailsTheStart() {
        this.inMemory
                .withPropertyValues("integration.outbox.leese=9s")
                .run((context) ->
                        assertThat(context).getFailure().rootCause().hasMessageContaining("integration.outbox.leese"));
    }

    @Test
    void tableOfAnotherNumberOfShardsFailsTheStart() {
        String url = "jdbc:h2:mem:shards;DB_CLOSE_DELAY=-1";
        ApplicationContextRunner sameDatabase = this.inDatabase
                .withUserConfiguration(OwnDestination.class)
                .withPropertyValues("spring.datasource.url=" + url);
        sameDatabase.run((context) -> assertThat(context).hasNotFailed());
        sameDatabase
                .withPropertyValues("integration.outbox.shards=32")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                OutboxConfigurationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_SHARD_MISMATCH)));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnDestination implements MessageDestination {

        final List<String> received = new CopyOnWriteArrayList<>();

        @Override
        public boolean accepts(String destination) {
            return destination.equals("own");
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            this.received.add(message.messageId());
            completion.acknowledged();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoProducerFactories {

        @Bean
        ProducerFactory<?, ?> first() {
            return mock(ProducerFactory.class);
        }

        @Bean
        ProducerFactory<?, ?> second() {
            return mock(ProducerFactory.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnOutbox {

        @Bean
        Outbox own() {
            return mock(Outbox.class);
        }
    }
}
