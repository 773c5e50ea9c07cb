package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.support.MessageBuilder;
import org.springframework.transaction.annotation.Transactional;

/** {@code @Deduplicate} on methods that get batches, through real proxies, with the inbox in H2 and in memory. */
@ParameterizedClass
@ValueSource(strings = {"jdbc", "memory"})
class DeduplicateBatchTests {

    @Parameter
    String store;

    private final Projection projection = new Projection();

    private ApplicationContextRunner runner() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        IntegrationJdbcAutoConfiguration.class,
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        DeduplicateAutoConfiguration.class))
                .withPropertyValues("integration.deduplicate.store=" + this.store)
                .withBean(ManualTime.class);
    }

    record Event(String id) {}

    static class Projection {

        final List<List<String>> batches = new ArrayList<>();

        final Deque<Exception> failures = new ArrayDeque<>();

        Runnable work = () -> {};

        void handle(List<String> ids) throws Exception {
            this.batches.add(ids);
            Exception failure = this.failures.poll();
            if (failure != null) {
                throw failure;
            }
            this.work.run();
        }
    }

    static class Listener {

        private final Projection projection;

        Listener(Projection projection) {
            this.projection = projection;
        }

        @Deduplicate
        public void onRecords(List<ConsumerRecord<String, String>> records) throws Exception {
            this.projection.handle(records.stream().map(ConsumerRecord::value).toList());
        }

        @Transactional
        @Deduplicate
        public void onRecordsOfTheTransaction(Collection<? extends ConsumerRecord<String, String>> records)
                throws Exception {
            this.projection.handle(records.stream().map(ConsumerRecord::value).toList());
        }

        @Deduplicate
        public void onAll(ConsumerRecords<String, String> records) throws Exception {
            List<String> values = new ArrayList<>();
            records.forEach((each) -> values.add(each.value()));
            this.projection.handle(values);
        }

        @Deduplicate
        public void onMessages(List<Message<String>> messages) throws Exception {
            this.projection.handle(messages.stream().map(Message::getPayload).toList());
        }

        @Deduplicate(id = "{#tenant, #item.id}", consumer = "events")
        public void onEvents(String tenant, List<Event> events) throws Exception {
            this.projection.handle(events.stream().map(Event::id).toList());
        }

        @Deduplicate(id = "#events[0].id")
        public void onFirstOf(List<Event> events) throws Exception {
            this.projection.handle(events.stream().map(Event::id).toList());
        }

        @Reliable(maxAttempts = 3)
        @Deduplicate
        public void onReliably(List<ConsumerRecord<String, String>> records) throws Exception {
            this.projection.handle(records.stream().map(ConsumerRecord::value).toList());
        }
    }

    private static ConsumerRecord<String, String> received(int partition, long offset, String id) {
        ConsumerRecord<String, String> received = new ConsumerRecord<>("orders", partition, offset, "key", id);
        received.headers().add("ce_id", id.getBytes(StandardCharsets.UTF_8));
        return received;
    }

    private static List<ConsumerRecord<String, String>> records(String... ids) {
        return Arrays.stream(ids).map((id) -> received(0, 0, id)).toList();
    }

    @Test
    void duplicatesAreLeftOutOfTheBatch() {
        with((listener, plan) -> {
            listener.onRecords(records("a", "b"));
            List<ConsumerRecord<String, String>> batch = records("c", "b", "d", "c", "a", "d");
            listener.onRecords(batch);
            assertThat(this.projection.batches).containsExactly(List.of("a", "b"), List.of("c", "d"));
            assertThat(batch).as("the caller's batch").hasSize(6);
        });
    }

    @Test
    void aBatchOfDuplicatesAloneIsNotHandled() {
        with((listener, plan) -> {
            listener.onRecords(records("a", "b"));
            listener.onRecords(records("b", "a", "b"));
            assertThat(this.projection.batches).hasSize(1);
        });
    }

    @Test
    void anEmptyBatchIsHandled() {
        with((listener, plan) -> {
            listener.onRecords(List.of());
            assertThat(this.projection.batches).containsExactly(List.of());
        });
    }

    @Test
    void inTheTransactionOfTheMethodItIsTheSame() {
        with((listener, plan) -> {
            listener.onRecordsOfTheTransaction(records("a", "b"));
            listener.onRecordsOfTheTransaction(records("b", "c", "c"));
            assertThat(this.projection.batches).containsExactly(List.of("a", "b"), List.of("c"));
        });
    }

    @Test
    void recordsOfAPollStayInTheirPartitions() {
        with((listener, plan) -> {
            listener.onRecords(records("known"));
            List<ConsumerRecord<String, String>> polled =
                    List.of(received(1, 7, "x"), received(1, 8, "y"), received(0, 3, "x"), received(0, 4, "z"));
            Map<TopicPartition, List<ConsumerRecord<String, String>>> partitions = new LinkedHashMap<>();
            polled.forEach((each) -> partitions
                    .computeIfAbsent(new TopicPartition("orders", each.partition()), (key) -> new ArrayList<>())
                    .add(each));
            ConsumerRecords<String, String> all = new ConsumerRecords<>(
                    partitions, Map.of(new TopicPartition("orders", 1), new OffsetAndMetadata(9)));
            listener.onAll(all);
            listener.onAll(all);
            assertThat(this.projection.batches).containsExactly(List.of("known"), List.of("x", "y", "z"));
        });
    }

    @Test
    void messagesAreIdentifiedByTheirHeaders() {
        with((listener, plan) -> {
            Message<String> message =
                    MessageBuilder.withPayload("m").setHeader("ce_id", "1").build();
            Message<String> other =
                    MessageBuilder.withPayload("n").setHeader("ce_id", "2").build();
            listener.onMessages(List.of(message, message));
            listener.onMessages(List.of(message, other));
            assertThat(this.projection.batches).containsExactly(List.of("m"), List.of("n"));
        });
    }

    @Test
    void elementsOfAnyTypeAreIdentifiedByAnExpression() {
        with((listener, plan) -> {
            listener.onEvents("acme", List.of(new Event("1"), new Event("2"), new Event("1")));
            listener.onEvents("acme", List.of(new Event("2"), new Event("3")));
            listener.onEvents("other", List.of(new Event("2")));
            assertThat(this.projection.batches).containsExactly(List.of("1", "2"), List.of("3"), List.of("2"));
        });
    }

    @Test
    void anExpressionThatDoesNotReadTheElementIdentifiesTheWholeBatch() {
        with((listener, plan) -> {
            listener.onFirstOf(List.of(new Event("1"), new Event("1")));
            listener.onFirstOf(List.of(new Event("1"), new Event("2")));
            assertThat(this.projection.batches).containsExactly(List.of("1", "1"));
        });
    }

    @Test
    void ofABatchThatFailedNothingIsRemembered() {
        with((listener, plan) -> {
            listener.onRecords(records("a"));
            this.projection.failures.add(new IOException("handler"));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> listener.onRecords(records("a", "b", "c")));
            this.projection.failures.add(new IllegalStateException("handler"));
            assertThatIllegalStateException().isThrownBy(() -> listener.onRecordsOfTheTransaction(records("b", "c")));
            listener.onRecordsOfTheTransaction(records("c", "b"));
            listener.onRecords(records("c", "a", "b"));
            assertThat(this.projection.batches)
                    .containsExactly(
                            List.of("a"), List.of("b", "c"), List.of("b", "c"), List.of("c", "b"), List.of("c", "b"));
        });
    }

    @Test
    void anAttemptThatFollowsAFailedOneGetsTheSameMessages() {
        with((listener, plan) -> {
            listener.onReliably(records("a"));
            this.projection.failures.add(new UncheckedIOException(new IOException("first")));
            this.projection.failures.add(new UncheckedIOException(new IOException("second")));
            listener.onReliably(records("b", "a", "c", "b"));
            assertThat(this.projection.batches)
                    .containsExactly(List.of("a"), List.of("b", "c"), List.of("b", "c"), List.of("b", "c"));
        });
    }

    @Test
    void aBatchWithAMessageWithoutIdIsRefused() {
        with((listener, plan) -> {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> listener.onRecords(records("a", " ")))
                    .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_ID_MISSING));
            listener.onRecords(records("a"));
            assertThat(this.projection.batches).containsExactly(List.of("a"));
        });
    }

    @Test
    void aBatchThatSharesAMessageWithOneBeingHandledIsRefusedWhole() {
        Assumptions.assumeTrue(this.store.equals("memory"), "in a transaction it waits");
        with((listener, plan) -> {
            this.projection.work = () -> {
                this.projection.work = () -> {};
                assertThatExceptionOfType(RejectedException.class)
                        .isThrownBy(() -> listener.onRecords(records("c", "b")))
                        .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_IN_FLIGHT));
            };
            listener.onRecords(records("a", "b"));
            listener.onRecords(records("c", "b"));
            assertThat(this.projection.batches).containsExactly(List.of("a", "b"), List.of("c"));
        });
    }

    @Test
    void duplicatesAreCountedByConsumer() {
        this.runner().withBean("listener", Listener.class, this.projection).run((context) -> {
            Listener listener = context.getBean(Listener.class);
            listener.onEvents("acme", List.of(new Event("1"), new Event("2"), new Event("1")));
            listener.onEvents("acme", List.of(new Event("2"), new Event("3")));
            listener.onEvents("acme", List.of(new Event("2"), new Event("3"), new Event("3")));
            listener.onRecords(records("a"));
            DeduplicationStatistics statistics = context.getBean(DeduplicationStatistics.class);
            assertThat(statistics.duplicates("events")).isEqualTo(5);
            assertThat(statistics.duplicates("listener.onRecords")).isZero();
            assertThat(statistics.duplicates("unknown")).isZero();
            assertThat(statistics.consumers()).containsKeys("events", "listener.onMessages");
        });
    }

    @Test
    void thePlanTellsWhatIsLeftOut() {
        with((listener, registry) -> {
            assertThat(plan(registry, "listener.onRecords").settings())
                    .contains(
                            new Setting("deduplicate.id", "header ce_id of each ConsumerRecord", Setting.DEFAULT),
                            new Setting("deduplicate.batch", "duplicates are left out of #records", Setting.DEFAULT));
            assertThat(plan(registry, "listener.onEvents").settings())
                    .contains(new Setting("deduplicate.batch", "duplicates are left out of #events", Setting.DEFAULT));
            assertThat(plan(registry, "listener.onFirstOf").settings())
                    .noneMatch((setting) -> setting.name().equals("deduplicate.batch"));
        });
    }

    private static Plan plan(OperationRegistry registry, String name) {
        return Objects.requireNonNull(registry.find(name));
    }

    static class Acknowledging {
        @Deduplicate
        public void on(List<ConsumerRecord<String, String>> records, Acknowledgment acknowledgment) {}
    }

    static class TakingHeadersOfAll {
        @Deduplicate(id = "#item")
        public void on(List<String> payloads, @Header("kafka_offset") List<Long> offsets) {}
    }

    static class TakingAllHeaders {
        @Deduplicate
        public void on(List<Message<String>> messages, @Headers Map<String, Object> headers) {}
    }

    static class TakingMessageHeaders {
        @Deduplicate
        public void on(List<Message<String>> messages, MessageHeaders headers) {}
    }

    static class Throwing {
        @Deduplicate(onDuplicate = OnDuplicate.THROW)
        public void on(List<Message<String>> messages) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {Acknowledging.class, TakingAllHeaders.class, TakingMessageHeaders.class, Throwing.class})
    void aSignatureThatDoesNotFitAFilteredBatchEndsStartUp(Class<?> bean) {
        assertThatStartUpEnds(bean, ProblemCode.BATCH_NOT_FILTERABLE, "leaves duplicates out of its batch");
    }

    static class TwoLists {
        @Deduplicate(id = "#item")
        public void on(List<String> payloads, List<String> others) {}
    }

    @Test
    void anElementOfNoBatchInParticularEndsStartUp() {
        assertThatStartUpEnds(TwoLists.class, ProblemCode.INVALID_EXPRESSION, "payloads, others");
    }

    @Test
    void headersOfAllBesideABatchEndStartUp() {
        assertThatStartUpEnds(TakingHeadersOfAll.class, ProblemCode.BATCH_NOT_FILTERABLE, "offsets");
    }

    static class ElementsWithoutId {
        @Deduplicate
        public void on(List<String> payloads) {}
    }

    @Test
    void elementsThatCarryNoIdEndStartUp() {
        assertThatStartUpEnds(ElementsWithoutId.class, ProblemCode.MESSAGE_ID_MISSING, "names no id");
    }

    private void assertThatStartUpEnds(Class<?> bean, ProblemCode code, String message) {
        runner().withBean(bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(code))
                        .hasMessageContaining(message));
    }

    private void with(Scenario scenario) {
        runner().withBean("listener", Listener.class, this.projection).run((context) -> {
            @Nullable Exception failed = null;
            try {
                scenario.play(context.getBean(Listener.class), context.getBean(OperationRegistry.class));
            } catch (Exception ex) {
                failed = ex;
            }
            assertThat(failed).isNull();
        });
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Listener listener, OperationRegistry registry) throws Exception;
    }
}
