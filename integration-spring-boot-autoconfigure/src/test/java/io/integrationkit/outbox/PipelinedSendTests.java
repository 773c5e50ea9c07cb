package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Several messages of a key on their way at once, with answers that the test gives. */
@ExtendWith(OutputCaptureExtension.class)
class PipelinedSendTests {

    private final ManualTime time = new ManualTime();

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final DeadLetters deadLetters = Outboxes.deadLetters(null, () -> null);

    private final OutboxSpec spec = spec(HeadPolicy.CONTINUE);

    private final MemoryOutboxStore store = new MemoryOutboxStore(this.spec, this.time, () -> this.deadLetters);

    private final MemoryShardLeases leases = new MemoryShardLeases(this.spec, this.time, "me");

    private final RelayEvents events = new RelayEvents();

    private final RelayCounters counters = new RelayCounters();

    private final RelayLoop loop = new RelayLoop(
            this.spec,
            this.store,
            this.leases,
            new Destinations(List.of(this.orders)),
            new Pauses(new MemoryOutboxInspection(this.store, this.leases)),
            this.time,
            this.events,
            this.counters,
            null);

    private static OutboxSpec spec(HeadPolicy onRefused) {
        OutboxSpec spec = Outboxes.spec();
        return Outboxes.with(
                spec,
                new DestinationSpecs(
                        new DestinationSpec(onRefused, SendMode.PIPELINED),
                        Map.of("bills", new DestinationSpec(onRefused, SendMode.STRICT)),
                        TransactionSpec.of("shop")));
    }

    @BeforeEach
    void prove() {
        this.leases.renew();
        append("proof");
        settle();
        this.orders.holdBack();
    }

    @Test
    void messagesOfAKeyAreSentInOrderWithoutWaitingForEachOther() {
        append("1", "2", "3");
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "1", "2", "3");
        List.of("1", "2", "3").forEach((id) -> end(id, null));
        settle();
        assertThat(owed()).isZero();
        assertThat(this.counters.overtaken.sum()).isZero();
        assertThat(this.counters.sent.sum()).isEqualTo(4);
    }

    @Test
    void messageThatTimedOutIsSentAgainBehindThoseThatOvertookItAndIsCounted(CapturedOutput output) {
        append("1", "2", "3", "4");
        settle();
        this.time.advance(Duration.ofMillis(1));
        end("2", Failure.outcomeUnknown());
        append("5");
        end("1", null);
        end("3", null);
        end("4", null);
        settle();
        assertThat(this.counters.overtaken.sum()).isEqualTo(2);
        assertThat(owed()).isEqualTo(2);
        this.orders.answerAtOnce();
        this.time.advance(Duration.ofSeconds(6));
        this.leases.renew();
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "1", "2", "3", "4", "2", "5");
        assertThat(owed()).isZero();
        assertThat(output).containsOnlyOnce("arrived before an earlier one of their key");
    }

    @Test
    void messageRefusedInTheMiddleIsADeadLetterAndTheOthersArrive() {
        append("1", "2", "3");
        settle();
        end("1", null);
        end("2", Failure.of(FailureCategory.PERMANENT));
        end("3", null);
        settle();
        assertThat(owed()).isZero();
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 10))
                .singleElement()
                .satisfies((letter) -> assertThat(letter.messageId()).isEqualTo("2"));
        assertThat(this.counters.overtaken.sum()).isEqualTo(1);
    }

    @Test
    void destinationThatKeepsNoOrderIsNotSentToSo() {
        DestinationSpecs specs = new DestinationSpecs(
                new DestinationSpec(HeadPolicy.CONTINUE, SendMode.STRICT),
                Map.of("nowhere", new DestinationSpec(HeadPolicy.CONTINUE, SendMode.PIPELINED)),
                TransactionSpec.of("shop"));
        OutboxSpec unfit = new OutboxSpec(
                "shop",
                1,
                1,
                2048,
                this.spec.lease(),
                this.spec.deliveryTimeout(),
                this.spec.leaseMargin(),
                this.spec.pollMin(),
                this.spec.pollMax(),
                1,
                Duration.ZERO,
                PublishSpec.DEFAULT,
                specs,
                this.spec.reading());
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> OutboxEngine.inMemory(
                        Outboxes.parts(unfit, List.of(this.orders), () -> this.deadLetters, TimeSource.system())))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_SEND_MODE))
                .withMessageContaining("destinations[nowhere].send-mode=PIPELINED");
    }

    private void append(String... ids) {
        for (String id : ids) {
            this.store.reserve();
            this.store.append(List.of(Outboxes.record(id, "key")));
        }
    }

    private void settle() {
        for (int i = 0; i < 10; i++) {
            this.events.wake();
            this.loop.step(this.events.poll());
        }
    }

    private void end(String id, @Nullable Failure failure) {
        this.orders.sent().stream()
                .filter((sent) -> sent.message().messageId().equals(id))
                .forEach((sent) -> sent.end(failure));
    }

    private long owed() {
        return this.store.backlog().messages();
    }
}
