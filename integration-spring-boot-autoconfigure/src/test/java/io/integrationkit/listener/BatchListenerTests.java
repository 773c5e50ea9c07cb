package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.context.Correlation;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.BatchListenerFailedException;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.transaction.annotation.Transactional;

/** What becomes of a batch that failed: nothing of it is lost, and nothing behind a bad record waits for it. */
class BatchListenerTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final int RECORDS = 8;

    private static final int BAD = 3;

    private final Effects effects = new Effects();

    private String topic = "";

    private ApplicationContextRunner runner = new ApplicationContextRunner();

    @BeforeEach
    void freshTopic() {
        this.topic = KafkaBroker.newTopic(1);
        this.runner = ListenerRunner.withDatabaseOn(this.topic)
                .withBean(Effects.class, () -> this.effects)
                .withPropertyValues(
                        "spring.kafka.listener.type=batch",
                        "spring.kafka.consumer.fetch-min-size=100KB",
                        "spring.kafka.consumer.fetch-max-wait=1s");
    }

    @Test
    void aBadRecordOfABatchIsDeadLetteredAloneAndTheOthersAreHandledOnce() {
        this.effects.behaviour = (text) -> {
            if (text.equals("" + BAD)) {
                throw new IntegrationException("no such customer", FailureCategory.PERMANENT, false);
            }
        };
        run(Transactions.class, (context) -> {
            assertThat(committed(context)).containsExactlyElementsOf(allBut(BAD));
            assertThat(this.effects.largestBatch()).isGreaterThan(1);
            assertThat(ListenerRunner.deadLetters(context))
                    .singleElement()
                    .satisfies((entry) -> assertThat(entry.category()).isEqualTo(FailureCategory.PERMANENT));
        });
    }

    @Test
    void whatTheListenerSaysOfTheRecordThatFailedDoesNotLoseThoseBeforeIt() {
        this.effects.behaviour = (text) -> {
            if (text.equals("" + BAD)) {
                throw new BatchListenerFailedException(
                        "this one", new IntegrationException("refused", FailureCategory.PERMANENT, false), BAD);
            }
        };
        run(Transactions.class, (context) -> {
            assertThat(committed(context)).containsExactlyElementsOf(allBut(BAD));
            assertThat(ListenerRunner.deadLetters(context)).hasSize(1);
        });
    }

    @Test
    void aRecordThatIsRefusedWaitsAndThoseBehindItWaitToo() {
        this.effects.behaviour = (text) -> {
            if (text.equals("" + BAD) && this.effects.refusals.size() < 5) {
                this.effects.refusals.add(text);
                throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", Duration.ofMillis(20));
            }
        };
        run(Transactions.class, (context) -> {
            assertThat(committed(context)).containsExactlyElementsOf(allBut(-1));
            assertThat(this.effects.refusals).hasSize(5);
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    @Test
    void aListenerThatAcknowledgesItselfDoesSoForEachRecord() {
        this.effects.behaviour = (text) -> {
            if (text.equals("" + BAD)) {
                throw new IntegrationException("no such customer", FailureCategory.PERMANENT, false);
            }
        };
        this.runner = this.runner.withPropertyValues("spring.kafka.listener.ack-mode=manual");
        run(Acknowledging.class, (context) -> {
            assertThat(Set.copyOf(this.effects.handled)).containsExactlyInAnyOrderElementsOf(allBut(BAD));
            assertThat(ListenerRunner.deadLetters(context)).hasSize(1);
            await().atMost(PATIENCE).until(() -> ListenerRunner.offset(context, this.topic) == RECORDS);
        });
    }

    @Test
    void aListenerOfWholePollsIsCalledWithOneRecord() {
        this.effects.behaviour = (text) -> {
            if (text.equals("" + BAD)) {
                throw new IntegrationException("no such customer", FailureCategory.PERMANENT, false);
            }
        };
        run(Polls.class, (context) -> {
            assertThat(Set.copyOf(this.effects.handled)).containsExactlyInAnyOrderElementsOf(allBut(BAD));
            assertThat(ListenerRunner.deadLetters(context)).hasSize(1);
        });
    }

    @Test
    void theCorrelationIdOfEachRecordIsBoundWhileItIsHandledByItself() {
        this.effects.behaviour = (text) -> {
            if (this.effects.batches.get(this.effects.batches.size() - 1) > 1) {
                throw new IntegrationException("not so many", FailureCategory.TEMPORARY, true);
            }
            this.effects.correlations.add(String.valueOf(Correlation.current()));
        };
        run(
                Transactions.class,
                (context) -> assertThat(this.effects.correlations)
                        .containsExactlyElementsOf(
                                allBut(-1).stream().map((text) -> "of-" + text).toList()));
    }

    private void run(Class<?> listener, Consumer<ApplicationContext> check) {
        this.runner.withBean(listener).run((context) -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            jdbc.execute("drop table if exists batch_effect");
            jdbc.execute("create table batch_effect (number int generated always as identity, text varchar(20))");
            for (int i = 0; i < RECORDS; i++) {
                ProducerRecord<Object, Object> sent = new ProducerRecord<>(this.topic, "" + i);
                sent.headers().add(Correlation.HEADER, ("of-" + i).getBytes(StandardCharsets.UTF_8));
                ListenerRunner.template(context).send(sent).get();
            }
            context.getBean(KafkaListenerEndpointRegistry.class).start();
            await().atMost(PATIENCE).until(() -> ListenerRunner.offset(context, this.topic) == RECORDS);
            check.accept(context);
        });
    }

    private static List<String> allBut(int bad) {
        return IntStream.range(0, RECORDS)
                .filter((number) -> number != bad)
                .mapToObj(String::valueOf)
                .toList();
    }

    private static List<String> committed(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class)
                .queryForList("select text from batch_effect order by number", String.class);
    }

    /** What the listeners do and did. */
    static class Effects {

        final List<String> handled = new CopyOnWriteArrayList<>();

        final List<Integer> batches = new CopyOnWriteArrayList<>();

        final List<String> refusals = new CopyOnWriteArrayList<>();

        final List<String> correlations = new CopyOnWriteArrayList<>();

        volatile Consumer<String> behaviour = (text) -> {};

        int largestBatch() {
            return this.batches.stream().mapToInt(Integer::intValue).max().orElse(0);
        }

        void handle(String text) {
            this.behaviour.accept(text);
            this.handled.add(text);
        }
    }

    static class Transactions {

        private final Effects effects;

        private final JdbcTemplate jdbc;

        Transactions(Effects effects, JdbcTemplate jdbc) {
            this.effects = effects;
            this.jdbc = jdbc;
        }

        @Handled
        @Transactional
        @KafkaListener(id = "transactions", idIsGroup = false, topics = "${topic}", autoStartup = "false")
        public void on(List<ConsumerRecord<String, String>> batch) {
            this.effects.batches.add(batch.size());
            for (ConsumerRecord<String, String> received : batch) {
                this.jdbc.update("insert into batch_effect (text) values (?)", received.value());
                this.effects.handle(received.value());
            }
        }
    }

    static class Acknowledging {

        private final Effects effects;

        Acknowledging(Effects effects) {
            this.effects = effects;
        }

        @Handled
        @KafkaListener(id = "acknowledging", idIsGroup = false, topics = "${topic}", autoStartup = "false")
        public void on(List<String> batch, Acknowledgment acknowledgment) {
            batch.forEach(this.effects::handle);
            acknowledgment.acknowledge();
        }
    }

    static class Polls {

        private final Effects effects;

        Polls(Effects effects) {
            this.effects = effects;
        }

        @Handled
        @KafkaListener(id = "polls", idIsGroup = false, topics = "${topic}", autoStartup = "false")
        public void on(ConsumerRecords<String, String> batch) {
            List<@Nullable String> texts = new ArrayList<>();
            batch.forEach((received) -> texts.add(received.value()));
            texts.forEach((text) -> this.effects.handle(String.valueOf(text)));
        }
    }
}
