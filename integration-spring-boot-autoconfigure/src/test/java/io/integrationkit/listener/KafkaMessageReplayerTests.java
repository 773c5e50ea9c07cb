package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.testsupport.KafkaBroker;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.ApplicationContext;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/** Replays of messages to a real broker, without an outbox. */
class KafkaMessageReplayerTests {

    private final String topic = KafkaBroker.newTopic(1);

    private final KafkaMessageReplayer replayer = new KafkaMessageReplayer(
            new DefaultKafkaProducerFactory<>(Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address())));

    @AfterEach
    void close() {
        this.replayer.destroy();
    }

    @Test
    void whatIsNotAcknowledgedIsNotResolved() {
        KafkaBroker.addTopic(this.topic + "-small", 1, Map.of("max.message.bytes", "80"));
        ListenerRunner.on(this.topic).run((context) -> {
            String small = stored(context, this.topic + "-small");
            ReplayResult result = context.getBean(DeadLetters.class).replay(small);
            assertThat(result.outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
            assertThat(result.code()).isEqualTo(ProblemCode.DESTINATION_UNAVAILABLE);
            assertThat(result.category()).isEqualTo(FailureCategory.PERMANENT);
            assertThat(status(context, small)).isEqualTo(DeadLetter.Status.NEW);

            String missing = stored(context, this.topic + "-missing");
            result = context.getBean(DeadLetters.class).replay(missing);
            assertThat(result.category()).isEqualTo(FailureCategory.TEMPORARY);
            assertThat(status(context, missing)).isEqualTo(DeadLetter.Status.NEW);

            String there = stored(context, this.topic);
            assertThat(context.getBean(DeadLetters.class).replay(there).outcome())
                    .isEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(status(context, there)).isEqualTo(DeadLetter.Status.RESOLVED);
        });
    }

    @Test
    void whatCanBeNoTopicIsRefusedAndTheFailureOfItsEntryStays() {
        ListenerRunner.on(this.topic).run((context) -> {
            String id = stored(context, "orders (unknown)");
            assertThat(context.getBean(DeadLetters.class).replay(id).code()).isEqualTo(ProblemCode.DESTINATION_UNKNOWN);
            assertThat(context.getBean(DeadLetters.class).find(id).orElseThrow().exceptionType())
                    .isEqualTo(IllegalStateException.class.getName());
        });
        for (String wrong : new String[] {"", ".", "..", "a b", "a:b", "a".repeat(250)}) {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> this.replayer.replay(message(wrong)))
                    .satisfies((refused) -> assertThat(refused.code()).isEqualTo(ProblemCode.DESTINATION_UNKNOWN));
        }
    }

    @Test
    void messagesOfABatchKeepTheirOrderAndNothingIsSentBeforeOneThatCanBeNoTopic() {
        ListenerRunner.on(this.topic).run((context) -> {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> this.replayer.replayAll(List.of(message(this.topic), message("a b"))));
            List<ReplayedMessage> batch = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                batch.add(new ReplayedMessage(
                        this.topic, "key", "id-" + i, null, 1, null, Map.of("n", "" + i), new byte[] {1}));
            }
            this.replayer.replayAll(batch);
            List<String> received = new ArrayList<>();
            try (Consumer<?, ?> consumer =
                    context.getBean(ConsumerFactory.class).createConsumer()) {
                consumer.subscribe(List.of(this.topic));
                await().atMost(Duration.ofSeconds(40)).until(() -> {
                    consumer.poll(Duration.ofMillis(100))
                            .forEach((record) -> received.add(
                                    new String(record.headers().lastHeader("n").value(), StandardCharsets.UTF_8)));
                    return received.size() >= 300;
                });
            }
            assertThat(received)
                    .containsExactlyElementsOf(
                            IntStream.range(0, 300).mapToObj(Integer::toString).toList());
        });
    }

    @Test
    void aThreadThatIsAskedToStopSendsNothingMoreAndStaysAsked() {
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> this.replayer.replay(message(this.topic)));
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        this.replayer.replay(message(this.topic));
    }

    private static String stored(ApplicationContext context, String destination) {
        return context.getBean(DeadLetters.class)
                .storeMessage(new DeadLetterMessage(
                        destination,
                        "key",
                        "id-1",
                        null,
                        1,
                        null,
                        Map.of(),
                        "x".repeat(200).getBytes(StandardCharsets.UTF_8),
                        Failure.of(FailureCategory.PERMANENT),
                        new IllegalStateException("refused"),
                        1));
    }

    private static DeadLetter.Status status(ApplicationContext context, String id) {
        return context.getBean(DeadLetters.class).find(id).orElseThrow().status();
    }

    private static ReplayedMessage message(String destination) {
        return new ReplayedMessage(destination, "key", "id-1", null, 1, null, Map.of(), new byte[] {1});
    }
}
