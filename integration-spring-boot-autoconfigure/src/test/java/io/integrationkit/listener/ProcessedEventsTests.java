package io.integrationkit.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventProcessor;
import io.integrationkit.event.EventType;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.event.ReceivedEvent;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.testsupport.KafkaBroker;
import io.integrationkit.testsupport.PostgresDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.serializer.ErrorHandlingDeserializer;
import org.springframework.util.backoff.BackOffExecution;

/** Events of a topic on their way to their handlers: a real broker, and effects that are counted in a real database. */
class ProcessedEventsTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private final AtomicInteger failures = new AtomicInteger();

    private String topic = "";

    private ApplicationContextRunner runner = new ApplicationContextRunner();

    @BeforeEach
    void freshTopic() {
        this.topic = KafkaBroker.newTopic(1);
        this.runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        KafkaAutoConfiguration.class,
                        IntegrationJdbcAutoConfiguration.class,
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeduplicateAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        EventAutoConfiguration.class,
                        ListenerAutoConfiguration.class))
                .withBean(AtomicInteger.class, () -> this.failures)
                .withBean(Shop.class)
                .withPropertyValues(
                        "topic=" + this.topic,
                        "integration.dead-letters.store=memory",
                        "integration.jdbc.initialize-schema=always",
                        "spring.datasource.url=" + PostgresDatabase.url(),
                        "spring.datasource.username=postgres",
                        "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                        "spring.kafka.consumer.group-id=" + this.topic,
                        "spring.kafka.consumer.auto-offset-reset=earliest");
    }

    @Test
    void eachHandlerHandlesEachEventOnceWhateverTheOthersDoAndHoweverOftenItComes() {
        oneByOne().run((context) -> {
            this.failures.set(3);
            start(context);
            for (int copy = 0; copy < 3; copy++) {
                send(context, "1", "shop.ordered", "{\"id\":\"a\"}");
                send(context, "2", "shop.ordered", "{\"id\":\"b\"}");
            }
            send(context, "3", "shop.ordered", "{\"id\":\"last\"}");
            await().atMost(PATIENCE).until(() -> effects(context).contains("mailed last"));
            assertThat(effects(context))
                    .containsExactly("mailed a", "billed a", "billed b", "mailed b", "billed last", "mailed last");
            assertThat(this.failures).hasNegativeValue();
            assertThat(entries(context)).isEmpty();
        });
    }

    @Test
    void whatNobodyHandlesBlocksNothing() {
        oneByOne()
                .withPropertyValues("integration.events.unknown-types-of.[shop.parked]=park")
                .run((context) -> {
                    start(context);
                    send(context, "1", "shop.ordered", "{\"id\":\"a\"}");
                    send(context, "2", "shop.forgotten", "{}");
                    send(context, "3", "shop.parked", "{}");
                    send(context, "4", "shop.ordered", "{\"id\": 1, not json");
                    template(context).send(this.topic, "no event at all").get();
                    send(context, "5", "shop.ordered", "{\"id\":\"b\"}");
                    await().atMost(PATIENCE).until(() -> effects(context).contains("mailed b"));
                    assertThat(effects(context)).containsExactly("billed a", "mailed a", "billed b", "mailed b");
                    assertThat(entries(context))
                            .extracting(DeadLetter::category)
                            .containsExactlyInAnyOrder(FailureCategory.PERMANENT, FailureCategory.VALIDATION);
                    assertThat(context.getBean(EventProcessor.class).skipped()).isEqualTo(2);
                });
    }

    @Test
    void whatIsAwaitedComesAgainAsOftenAsItTakesAndIsNotGivenUp() {
        this.runner
                .withPropertyValues("integration.events.unknown-types=fail", "integration.events.newer-versions=fail")
                .run((context) -> {
                    for (ReceivedEvent event : List.of(event("shop.unknown", 1), event("shop.ordered", 2))) {
                        Throwable awaited = catchThrowable(
                                () -> context.getBean(EventProcessor.class).process(event, this.topic));
                        BackOffExecution pauses = ListenerErrorHandling.backOff(
                                        context.getBean(FailureClassification.class)
                                                .classify(awaited))
                                .start();
                        for (int i = 0; i < 100; i++) {
                            assertThat(pauses.nextBackOff()).as(event.type()).isEqualTo(10_000);
                        }
                    }
                });
    }

    @Test
    void theEventsOfAPollAreHandledKeyByKeyAndWhatCannotBeHandledCostsItselfOnly() {
        this.runner
                .withBean(Polls.class)
                .withPropertyValues(
                        "spring.kafka.consumer.value-deserializer=" + ErrorHandlingDeserializer.class.getName(),
                        "spring.kafka.consumer.properties.spring.deserializer.value.delegate.class="
                                + NoNumbers.class.getName())
                .run((context) -> {
                    this.failures.set(3);
                    List<String> sent = new ArrayList<>();
                    for (int number = 0; number < 8; number++) {
                        for (String key : List.of("a", "b", "c", "d")) {
                            String id = key + number;
                            String json = "{\"id\":\"%s\"}".formatted(id);
                            if (id.equals("b3")) {
                                json = "{\"id\":\"refused\"}";
                            } else if (id.equals("c4")) {
                                json = "{\"id\": not json";
                            } else if (id.equals("d5")) {
                                json = "1";
                            } else {
                                sent.add(id);
                            }
                            send(context, id, "shop.ordered", json, key);
                            send(context, id, "shop.ordered", json, key);
                        }
                    }
                    start(context);
                    await().atMost(PATIENCE).until(() -> effects(context).size() >= 2 * sent.size());
                    await().atMost(PATIENCE).until(() -> committed() == 64);
                    for (String handler : List.of("mailed ", "billed ")) {
                        for (String key : List.of("a", "b", "c", "d")) {
                            assertThat(effects(context))
                                    .filteredOn((effect) -> effect.startsWith(handler + key))
                                    .containsExactlyElementsOf(sent.stream()
                                            .filter((id) -> id.startsWith(key))
                                            .map((id) -> handler + id)
                                            .toList());
                        }
                    }
                    assertThat(effects(context))
                            .filteredOn((effect) -> effect.endsWith("refused"))
                            .containsExactly("mailed refused");
                    assertThat(entries(context))
                            .extracting(DeadLetter::messageId, DeadLetter::category)
                            .containsExactlyInAnyOrder(
                                    tuple("b3", FailureCategory.PERMANENT),
                                    tuple("c4", FailureCategory.VALIDATION),
                                    tuple("d5", FailureCategory.VALIDATION));
                });
    }

    private ApplicationContextRunner oneByOne() {
        return this.runner.withBean(Orders.class);
    }

    private long committed() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", KafkaBroker.address()))) {
            OffsetAndMetadata offset = admin.listConsumerGroupOffsets(this.topic)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(this.topic, 0));
            return (offset != null) ? offset.offset() : 0;
        }
    }

    private static ReceivedEvent event(String type, int version) {
        return new ReceivedEvent("1", "shop", type, version, null, null, "{\"id\":\"a\"}".getBytes(UTF_8), Map.of());
    }

    private static void start(ApplicationContext context) {
        JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
        jdbc.execute("drop table if exists shop_effect");
        jdbc.execute("create table shop_effect (number int generated always as identity, text varchar(50))");
        jdbc.execute("delete from integration_inbox");
        context.getBean(KafkaListenerEndpointRegistry.class).start();
    }

    private void send(ApplicationContext context, String id, String type, String json) throws Exception {
        send(context, id, type, json, null);
    }

    private void send(ApplicationContext context, String id, String type, String json, @Nullable String key)
            throws Exception {
        ProducerRecord<Object, Object> sent = new ProducerRecord<>(this.topic, key, json);
        CloudEventHeaders.of(id, this.topic, type, 1, Instant.EPOCH, "application/json")
                .forEach((name, value) -> sent.headers().add(name, value.getBytes(UTF_8)));
        template(context).send(sent).get();
    }

    private static List<String> effects(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class)
                .queryForList("select text from shop_effect order by number", String.class);
    }

    @SuppressWarnings("unchecked")
    private static KafkaTemplate<Object, Object> template(ApplicationContext context) {
        return context.getBean(KafkaTemplate.class);
    }

    private static List<DeadLetter> entries(ApplicationContext context) {
        return context.getBean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10);
    }

    @EventType("shop.ordered")
    record Ordered(String id) {}

    static class Orders {

        private final KafkaEventProcessor events;

        Orders(KafkaEventProcessor events) {
            this.events = events;
        }

        @Handled
        @KafkaListener(id = "orders", idIsGroup = false, topics = "${topic}", autoStartup = "false")
        public void on(ConsumerRecord<String, String> received) throws Exception {
            this.events.process(received);
        }
    }

    static class Polls {

        private final KafkaEventProcessor events;

        Polls(KafkaEventProcessor events) {
            this.events = events;
        }

        @Handled
        @KafkaListener(id = "polls", idIsGroup = false, topics = "${topic}", autoStartup = "false", batch = "true")
        public void on(List<ConsumerRecord<String, String>> received) {
            this.events.process(received);
        }
    }

    /** Cannot decode a number. */
    public static final class NoNumbers extends StringDeserializer {

        @Override
        public String deserialize(String topic, byte[] data) {
            if (data[0] == '1') {
                throw new SerializationException("a number");
            }
            return super.deserialize(topic, data);
        }
    }

    static class Shop {

        private final JdbcTemplate jdbc;

        private final AtomicInteger failures;

        Shop(JdbcTemplate jdbc, AtomicInteger failures) {
            this.jdbc = jdbc;
            this.failures = failures;
        }

        @EventHandler
        @Deduplicate(consumer = "mail")
        public void mail(Ordered order) {
            this.jdbc.update("insert into shop_effect (text) values (?)", "mailed " + order.id());
        }

        @EventHandler
        @Deduplicate(consumer = "billing")
        public void bill(Ordered order) {
            this.jdbc.update("insert into shop_effect (text) values (?)", "billed " + order.id());
            if (order.id().equals("refused")) {
                throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
            }
            if (this.failures.getAndDecrement() > 0) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }
    }
}
