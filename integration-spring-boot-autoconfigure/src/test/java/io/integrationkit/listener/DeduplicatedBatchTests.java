package io.integrationkit.listener;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.transaction.annotation.Transactional;

/** A {@code @Deduplicate} batch listener of a real broker: each message once, in order, and the partition goes on. */
class DeduplicatedBatchTests {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final int POLL = 10;

    private final Batches batches = new Batches();

    private String topic = "";

    private ApplicationContextRunner runner = new ApplicationContextRunner();

    @BeforeEach
    void freshTopic() {
        this.topic = KafkaBroker.newTopic(1);
        this.runner = ListenerRunner.withDatabaseOn(this.topic)
                .withBean(Batches.class, () -> this.batches)
                .withBean(Listener.class)
                .withPropertyValues(
                        "spring.kafka.listener.type=batch",
                        "spring.kafka.consumer.max-poll-records=" + POLL,
                        "spring.kafka.consumer.fetch-min-size=100KB",
                        "spring.kafka.consumer.fetch-max-wait=1s");
    }

    @Test
    void duplicatesWithinABatchAndAcrossBatchesAreLeftOutAndTheOthersKeepTheirOrder() {
        Random random = new Random(6);
        List<Integer> sent = Stream.concat(
                        Stream.of(0, 0, 1, 0),
                        IntStream.range(2, 60)
                                .boxed()
                                .flatMap((number) -> random.nextInt(3) == 0
                                        ? Stream.of(number, random.nextInt(number + 1))
                                        : Stream.of(number)))
                .toList();
        run(sent, (context) -> {
            assertThat(effects(context))
                    .containsExactlyElementsOf(IntStream.range(0, 60).boxed().toList());
            assertThat(this.batches.handled)
                    .containsExactlyElementsOf(IntStream.range(0, 60).boxed().toList());
            assertThat(this.batches.sizes).anyMatch((size) -> size > 1).allMatch((size) -> size <= POLL);
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    @Test
    void batchesOfDuplicatesAloneDoNotStallThePartition() {
        List<Integer> sent = Stream.concat(
                        Stream.concat(
                                IntStream.range(0, POLL).boxed(),
                                Stream.generate(() -> 3).limit(3 * POLL)),
                        Stream.of(POLL))
                .toList();
        run(sent, (context) -> {
            assertThat(effects(context))
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(0, POLL).boxed().toList());
            assertThat(this.batches.sizes).as("only batches with something new").hasSizeLessThanOrEqualTo(4);
        });
    }

    @Test
    void aBatchThatFailedComesAgainAndWhatWasKnownIsStillLeftOut() {
        this.batches.failures = 1;
        List<Integer> sent = List.of(0, 0, 1, 2, 2, 3, 1);
        run(sent, (context) -> {
            assertThat(effects(context)).containsExactly(0, 1, 2, 3);
            assertThat(this.batches.failures).isNegative();
            assertThat(ListenerRunner.deadLetters(context)).isEmpty();
        });
    }

    private void run(List<Integer> numbers, Consumer<ApplicationContext> check) {
        this.runner.run((context) -> {
            JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
            jdbc.execute("create table batch_effect (position int generated always as identity, number int)");
            for (int number : numbers) {
                ProducerRecord<Object, Object> sent = new ProducerRecord<>(this.topic, "" + number);
                CloudEventHeaders.of("id-" + number, "shop", "shop.ordered", 1, Instant.EPOCH, "text/plain")
                        .forEach((name, value) -> sent.headers().add(name, value.getBytes(UTF_8)));
                ListenerRunner.template(context).send(sent).get();
            }
            context.getBean(KafkaListenerEndpointRegistry.class).start();
            await().atMost(PATIENCE).until(() -> ListenerRunner.offset(context, this.topic) == numbers.size());
            check.accept(context);
        });
    }

    private static List<Integer> effects(ApplicationContext context) {
        return context.getBean(JdbcTemplate.class)
                .queryForList("select number from batch_effect order by position", Integer.class);
    }

    /** What the listener got. */
    static class Batches {

        final List<Integer> handled = new CopyOnWriteArrayList<>();

        final List<Integer> sizes = new CopyOnWriteArrayList<>();

        volatile int failures;
    }

    static class Listener {

        private final Batches batches;

        private final JdbcTemplate jdbc;

        Listener(Batches batches, JdbcTemplate jdbc) {
            this.batches = batches;
            this.jdbc = jdbc;
        }

        @Transactional
        @Deduplicate
        @KafkaListener(id = "deduplicated", idIsGroup = false, topics = "${topic}", autoStartup = "false")
        public void on(List<ConsumerRecord<String, String>> batch) {
            this.batches.sizes.add(batch.size());
            for (ConsumerRecord<String, String> received : batch) {
                int number = Integer.parseInt(received.value());
                this.batches.handled.add(number);
                this.jdbc.update("insert into batch_effect (number) values (?)", number);
            }
            if (this.batches.failures-- > 0) {
                throw new IntegrationException("down", FailureCategory.TEMPORARY, true);
            }
        }
    }
}
