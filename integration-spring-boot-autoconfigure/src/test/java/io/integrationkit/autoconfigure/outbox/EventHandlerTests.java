package io.integrationkit.autoconfigure.outbox;

import static io.integrationkit.autoconfigure.outbox.Publishing.awaitDelivered;
import static io.integrationkit.autoconfigure.outbox.Publishing.publish;
import static io.integrationkit.autoconfigure.outbox.Publishing.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.EventConfigurationException;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventType;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxRecord;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.reliable.Reliable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.messaging.handler.annotation.Header;

class EventHandlerTests {

    private static final String SHORT_DELAY = "integration.reliable.policies.handler.base-delay=1ms";

    private final ApplicationContextRunner inMemory = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class,
                    OutboxAutoConfiguration.class));

    private final ApplicationContextRunner inDatabase = this.inMemory.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void eachHandlerAndTheDestinationGetTheEventAfterTheCommitWithIdHeadersAndCorrelation() {
        this.inDatabase.withUserConfiguration(Shop.class, Topic.class).run((context) -> {
            Shop shop = context.getBean(Shop.class);
            String id;
            try (Scope scope = Correlation.open("c-17")) {
                id = transaction(context).execute((status) -> {
                    String published = context.getBean(Outbox.class).publish(new Placed("o-1", 3));
                    assertThat(shop.seen).isEmpty();
                    return published;
                });
            }
            awaitDelivered(context);
            assertThat(shop.seen)
                    .containsExactlyInAnyOrder("plain o-1 3 c-17", "headers " + id + " order.placed " + id);
            assertThat(shop.threads).allMatch((name) -> name.startsWith("integration-handler-"));
            assertThat(context.getBean(Topic.class).received).containsExactly(id);
        });
    }

    @Test
    void withoutADatabaseAndWithoutATopicHandlersAreEnough() {
        this.inMemory.withUserConfiguration(Only.class).run((context) -> {
            IntStream.range(0, 200).forEach((i) -> context.getBean(Outbox.class).publish(new Counted("k" + i % 3, i)));
            awaitDelivered(context);
            Only only = context.getBean(Only.class);
            assertThat(only.seen).hasSize(200);
            for (int key = 0; key < 3; key++) {
                int number = key;
                assertThat(only.seen.stream().filter((event) -> event.key().equals("k" + number)))
                        .extracting(Counted::number)
                        .isSorted();
            }
        });
    }

    @Test
    void handlerThatFailsForNowGetsTheEventAgainAndRepeatsNoOther() {
        this.inDatabase.withUserConfiguration(Failing.class).run((context) -> {
            Failing failing = context.getBean(Failing.class);
            publish(context, new Placed("o-1", 3));
            awaitDelivered(context);
            assertThat(failing.good).hasSize(1);
            assertThat(failing.calls).hasSize(3);
            assertThat(context.getBean(DeadLetters.class).count(DeadLetterFilter.all()))
                    .isZero();
        });
    }

    @Test
    void handlerThatRefusesMakesItsCopyADeadLetterAndAReplayGoesToItAlone() {
        this.inDatabase.withUserConfiguration(Refusing.class).run((context) -> {
            Refusing refusing = context.getBean(Refusing.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            publish(context, new Placed("o-1", 3));
            awaitDelivered(context);
            DeadLetter letter =
                    deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);
            assertThat(letter.name()).isEqualTo("handler:billing");
            refusing.open = true;
            deadLetters.replay(letter.id());
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !refusing.billed.isEmpty());
            assertThat(refusing.good).hasSize(1);
        });
    }

    @Test
    void adviceOfTheBeanApplies() {
        this.inDatabase.withUserConfiguration(Inboxed.class).run((context) -> {
            publish(context, new Placed("o-1", 3));
            awaitDelivered(context);
            assertThat(context.getBean(Inboxed.class).calls()).hasSize(1);
            assertThat(count(context)).isEqualTo(1);
        });
    }

    @Test
    void aReliableHandlerTriesAgainWithinOneDeliveryAndIsNoOutage() {
        this.inDatabase
                .withUserConfiguration(TriesAgain.class)
                .withPropertyValues(SHORT_DELAY)
                .run((context) -> {
                    publish(context, new Placed("o-1", 3));
                    awaitDelivered(context);
                    assertThat(context.getBean(TriesAgain.class).calls()).hasSize(3);
                    OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
                    assertThat(statistics.failed()).isZero();
                    assertThat(statistics.sent()).isEqualTo(1);
                });
    }

    @Test
    void aReliableHandlerThatGivesUpGetsTheMessageAgain() {
        this.inDatabase
                .withUserConfiguration(TriesAgain.class)
                .withPropertyValues(SHORT_DELAY, "integration.reliable.policies.handler.max-attempts=2")
                .run((context) -> {
                    publish(context, new Placed("o-1", 3));
                    awaitDelivered(context);
                    assertThat(context.getBean(TriesAgain.class).calls()).hasSize(3);
                    assertThat(context.getBean(OutboxStatistics.class).failed()).isEqualTo(1);
                });
    }

    @Test
    void aReliableHandlerThatDeadLettersItsCallHasHandledTheMessage() {
        this.inDatabase
                .withUserConfiguration(TriesAgain.class)
                .withPropertyValues(
                        SHORT_DELAY,
                        "integration.reliable.policies.handler.max-attempts=2",
                        "integration.reliable.policies.handler.on-exhausted=dead-letter")
                .run((context) -> {
                    publish(context, new Placed("o-1", 3));
                    awaitDelivered(context);
                    assertThat(context.getBean(TriesAgain.class).calls()).hasSize(2);
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    assertThat(deadLetters.list(DeadLetterFilter.all(), null, 10))
                            .extracting(DeadLetter::kind)
                            .containsExactly(DeadLetter.Kind.CALL);
                    deadLetters.replay(deadLetters
                            .list(DeadLetterFilter.all(), null, 10)
                            .get(0)
                            .id());
                    assertThat(context.getBean(TriesAgain.class).calls())
                            .as("the call itself, without the outbox")
                            .hasSize(3);
                });
    }

    private static int count(ApplicationContext context) {
        return new JdbcTemplate(context.getBean(DataSource.class))
                .queryForList("SELECT message_id FROM integration_inbox", String.class)
                .size();
    }

    @Test
    void handlerThatTakesTooLongIsInterruptedAndCalledAgainOnlyOnceItHasReturned() {
        this.inDatabase
                .withUserConfiguration(Slow.class)
                .withPropertyValues("integration.outbox.delivery-timeout=1s")
                .run((context) -> {
                    Slow slow = context.getBean(Slow.class);
                    publish(context, new Placed("o-1", 3));
                    await(slow.interrupted);
                    OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
                    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> statistics.failed() >= 3);
                    assertThat(slow.calls).hasSize(1);
                    slow.goOn.countDown();
                    awaitDelivered(context);
                    assertThat(slow.calls).hasSize(2);
                });
    }

    @Test
    void handlerHandlesAsManyMessagesAtOnceAsItIsAllowedAndNoneFailsForWaiting() {
        this.inDatabase
                .withUserConfiguration(InPairs.class)
                .withPropertyValues("integration.outbox.handler-concurrency=2")
                .run((context) -> {
                    for (int i = 0; i < 101; i++) {
                        publish(context, new Counted("k" + i, i));
                    }
                    awaitDelivered(context);
                    assertThat(context.getBean(InPairs.class).most).hasValue(2);
                    assertThat(context.getBean(OutboxStatistics.class).failed()).isZero();
                });
    }

    @Test
    void methodsThatCannotBeHandlersFailTheStart() {
        assertFails(TakesNothing.class, "does not take exactly one event");
        assertFails(TakesNoEvent.class, "takes no usable event");
        assertFails(TakesTwo.class, "does not take exactly one event");
        assertFails(Returns.class, "returns something");
        assertFails(Hidden.class, "is private or static");
        assertFails(SameName.class, "are both event handler 'same'");
    }

    private void assertFails(Class<?> bean, String message) {
        this.inMemory
                .withUserConfiguration(bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                EventConfigurationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.EVENT_HANDLER_INVALID))
                        .hasMessageContaining(message));
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @EventType(value = "order.placed", key = "orderId", destination = "${topic:}")
    record Placed(String orderId, int items) {}

    @EventType(value = "counted", key = "key")
    record Counted(String key, int number) {}

    static class Topic implements MessageDestination, org.springframework.context.EnvironmentAware {

        final List<String> received = new CopyOnWriteArrayList<>();

        @Override
        public void setEnvironment(org.springframework.core.env.Environment environment) {
            ((org.springframework.core.env.ConfigurableEnvironment) environment)
                    .getPropertySources()
                    .addFirst(new org.springframework.core.env.MapPropertySource("topic", Map.of("topic", "own")));
        }

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

    static class Shop {

        final List<String> seen = new CopyOnWriteArrayList<>();

        final List<String> threads = new CopyOnWriteArrayList<>();

        @EventHandler
        void placed(Placed event) {
            this.threads.add(Thread.currentThread().getName());
            this.seen.add("plain %s %d %s".formatted(event.orderId(), event.items(), Correlation.current()));
        }

        @EventHandler
        void placedToo(@Header("ce_id") String id, Placed event, Map<String, String> headers) {
            this.threads.add(Thread.currentThread().getName());
            this.seen.add("headers %s %s %s".formatted(headers.get("ce_id"), headers.get("ce_type"), id));
        }
    }

    static class Only {

        final List<Counted> seen = new CopyOnWriteArrayList<>();

        @EventHandler
        void counted(Counted event) {
            this.seen.add(event);
        }
    }

    static class Failing {

        final List<Placed> good = new CopyOnWriteArrayList<>();

        final List<Placed> calls = new CopyOnWriteArrayList<>();

        @EventHandler
        void good(Placed event) {
            this.good.add(event);
        }

        @EventHandler
        void failing(Placed event) throws IOException {
            this.calls.add(event);
            if (this.calls.size() < 3) {
                throw new IOException("not now");
            }
        }
    }

    static class Refusing {

        final List<Placed> good = new CopyOnWriteArrayList<>();

        final List<Placed> billed = new CopyOnWriteArrayList<>();

        volatile boolean open;

        @EventHandler
        void good(Placed event) {
            this.good.add(event);
        }

        @EventHandler(name = "billing")
        void refusing(Placed event) {
            if (!this.open) {
                throw new ProblemException(ProblemCode.INVALID_SETTING, FailureCategory.PERMANENT, "never");
            }
            this.billed.add(event);
        }
    }

    static class Inboxed {

        final List<Placed> calls = new CopyOnWriteArrayList<>();

        /** Read through the proxy, whose own fields are empty. */
        List<Placed> calls() {
            return this.calls;
        }

        @EventHandler
        @Deduplicate
        public void placed(Placed event) {
            this.calls.add(event);
        }
    }

    static class TriesAgain {

        final List<Placed> calls = new CopyOnWriteArrayList<>();

        /** Read through the proxy, whose own fields are empty. */
        List<Placed> calls() {
            return this.calls;
        }

        @EventHandler
        @Reliable("handler")
        public void placed(Placed event) throws IOException {
            this.calls.add(event);
            if (this.calls.size() < 3) {
                throw new IOException("not now");
            }
        }
    }

    static class Slow {

        final List<Placed> calls = new CopyOnWriteArrayList<>();

        final CountDownLatch interrupted = new CountDownLatch(1);

        final CountDownLatch goOn = new CountDownLatch(1);

        @EventHandler
        void placed(Placed event) throws InterruptedException {
            this.calls.add(event);
            if (this.calls.size() > 1) {
                return;
            }
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException ex) {
                this.interrupted.countDown();
                EventHandlerTests.await(this.goOn);
            }
        }
    }

    /** The first is alone, since nothing is known of a destination yet; the next one waits until two run at once. */
    static class InPairs {

        final AtomicInteger most = new AtomicInteger();

        private final AtomicInteger calls = new AtomicInteger();

        private final AtomicInteger running = new AtomicInteger();

        private final CountDownLatch two = new CountDownLatch(2);

        @EventHandler
        void counted(Counted event) throws Exception {
            int now = this.running.incrementAndGet();
            this.most.accumulateAndGet(now, Math::max);
            if (this.calls.getAndIncrement() > 0) {
                this.two.countDown();
                EventHandlerTests.await(this.two);
            }
            this.running.decrementAndGet();
        }
    }

    static class TakesNothing {
        @EventHandler
        void none() {}
    }

    static class TakesNoEvent {
        @EventHandler
        void text(String text) {}
    }

    static class TakesTwo {
        @EventHandler
        void two(Placed one, Placed other) {}
    }

    static class Returns {
        @EventHandler
        int value(Placed event) {
            return event.items();
        }
    }

    static class Hidden {
        @EventHandler
        private void hidden(Placed event) {}
    }

    static class SameName {
        @EventHandler(name = "same")
        void one(Placed event) {}

        @EventHandler(name = "same")
        void other(Placed event) {}
    }
}
