package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

class InMemoryOutboxTests {

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final DeadLetters deadLetters = Outboxes.deadLetters(null, () -> null);

    private final OutboxEngine engine = OutboxEngine.inMemory(
            Outboxes.parts(Outboxes.spec(), List.of(this.orders), () -> this.deadLetters, TimeSource.system()));

    private final TransactionTemplate transaction = new TransactionTemplate(new PublishContract.ForeignManager());

    @AfterEach
    void stop() {
        this.engine.relay().stop();
    }

    @Test
    void withoutTransactionMessagesAreSentAtOncePerKeyInOrder() {
        assertThat(this.engine.outbox().durable()).isFalse();
        this.engine.relay().start();
        List<String> ids = new ArrayList<>();
        IntStream.range(0, 200).forEach((i) -> ids.add(publish("a")));
        Awaitility.await().untilAsserted(() -> assertThat(this.orders.ids()).containsExactlyElementsOf(ids));
        Awaitility.await().until(() -> this.engine.statistics().backlog().messages() == 0);
        assertThat(this.engine.statistics().published()).isEqualTo(200);
        assertThat(this.engine.statistics().ownedShards()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void withATransactionOfAnyManagerTheyAreOwedAfterTheCommit() {
        this.transaction.executeWithoutResult((status) -> {
            publish("a");
            assertThat(backlog()).isZero();
        });
        assertThat(backlog()).isEqualTo(1);
    }

    @Test
    void rollbackTakesThemBackAndGivesTheirRoomBack() {
        for (int i = 0; i < 3; i++) {
            this.transaction.executeWithoutResult((status) -> {
                IntStream.range(0, 900).forEach((any) -> publish("a"));
                status.setRollbackOnly();
            });
        }
        assertThat(backlog()).isZero();
    }

    @Test
    void publishedAfterTheCommitTheyAreOwedToo() {
        this.transaction.executeWithoutResult(
                (status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        publish("a");
                    }

                    @Override
                    public void afterCompletion(int completion) {
                        publish("b");
                    }
                }));
        assertThat(backlog()).isEqualTo(2);
    }

    @Test
    void fullOutboxRefuses() {
        IntStream.range(0, Outboxes.spec().memoryCapacity()).forEach((i) -> publish("a"));
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> publish("a"))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL));
    }

    @Test
    void backlogAtItsLimitRefuses() {
        OutboxEngine limited = OutboxEngine.inMemory(Outboxes.parts(
                Outboxes.spec(PublishContract.limit(1)),
                List.of(this.orders),
                () -> this.deadLetters,
                TimeSource.system()));
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .untilAsserted(() -> assertThatExceptionOfType(ProblemException.class)
                        .isThrownBy(() -> limited.outbox().publish(OutboxMessage.of("x", "orders", "x")))
                        .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_BACKLOG)));
    }

    @Test
    void withoutAnyDestinationPublishSaysWhatToAdd() {
        OutboxEngine none = OutboxEngine.inMemory(
                Outboxes.parts(Outboxes.spec(), List.of(), () -> this.deadLetters, TimeSource.system()));
        none.relay().start();
        assertThat(none.relay().isRunning()).isFalse();
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> none.outbox().publish(OutboxMessage.of("x", "orders", "x")))
                .withMessageContaining("spring-boot-starter-kafka")
                .withMessageContaining("MessageDestination")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DESTINATION_UNKNOWN));
    }

    private String publish(String key) {
        return this.engine.outbox().publish(OutboxMessage.of("x", "orders", "x").withKey(key));
    }

    private long backlog() {
        return this.engine.statistics().backlog().messages();
    }
}
