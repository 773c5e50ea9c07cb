package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.ManualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishGateTests {

    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();

    private @Nullable OutboxBacklog backlog = new OutboxBacklog(0, null);

    private Supplier<@Nullable OutboxBacklog> source = () -> this.backlog;

    private PublishGate gate(
            @Nullable Duration maxAge, @Nullable Long maxMessages, Backpressure.Action action, int maxWaiting) {
        return new PublishGate(
                new Backpressure(maxAge, maxMessages, action, MAX_WAIT, maxWaiting),
                () -> this.source.get(),
                this.time);
    }

    @Test
    void withoutALimitNothingIsCounted() {
        this.source = () -> {
            throw new AssertionError("counted");
        };
        assertThatCode(() -> new PublishGate(Backpressure.OFF, this.source, this.time).enter())
                .doesNotThrowAnyException();
    }

    @Test
    void tooManyMessagesAreRefusedWithTheirNumberAndProperty() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.REFUSE, 1);
        this.backlog = new OutboxBacklog(99, Duration.ofDays(1));
        assertThatCode(gate::enter).doesNotThrowAnyException();
        this.backlog = new OutboxBacklog(100, null);
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(gate::enter)
                .withMessageContaining("100 messages")
                .withMessageContaining("integration.outbox.backpressure.max-messages=100")
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_BACKLOG);
                    assertThat(ex.category()).isEqualTo(FailureCategory.REJECTED);
                    assertThat(ex.retryAfter()).isEqualTo(BacklogSample.INTERVAL);
                });
        assertThat(this.time.sleeps()).isEmpty();
    }

    @Test
    void tooOldAMessageIsRefusedWithItsAgeAndProperty() {
        PublishGate gate = gate(Duration.ofMinutes(5), null, Backpressure.Action.REFUSE, 1);
        this.backlog = new OutboxBacklog(1_000_000, Duration.ofMinutes(5).minusNanos(1));
        assertThatCode(gate::enter).doesNotThrowAnyException();
        this.backlog = new OutboxBacklog(1, Duration.ofMinutes(5));
        assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
        this.backlog = new OutboxBacklog(1, Duration.ofMinutes(6));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(gate::enter)
                .withMessageContaining("PT6M")
                .withMessageContaining("integration.outbox.backpressure.max-age=PT5M");
    }

    @Test
    void countsOnAThreadThatKeepsNoProcessAlive() throws Exception {
        CompletableFuture<Thread> counting = new CompletableFuture<>();
        MemoryOutboxStore empty =
                new MemoryOutboxStore(Outboxes.spec(), this.time, () -> Outboxes.deadLetters(null, () -> null));
        OutboxStore store = (OutboxStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {OutboxStore.class}, (proxy, method, arguments) -> {
                    counting.complete(Thread.currentThread());
                    return method.invoke(empty, arguments);
                });
        PublishGate gate =
                PublishGate.of(new Backpressure(null, 100L, Backpressure.Action.REFUSE, MAX_WAIT, 1), store, this.time);
        Thread publisher = new Thread(gate::enter);
        publisher.setDaemon(false);
        publisher.start();
        publisher.join();
        assertThat(counting.get(60, TimeUnit.SECONDS)).isNotSameAs(publisher).matches(Thread::isDaemon);
    }

    @Test
    void whatIsNotKnownRefusesNobody() {
        this.backlog = null;
        assertThatCode(gate(Duration.ofMinutes(5), 1L, Backpressure.Action.REFUSE, 1)::enter)
                .doesNotThrowAnyException();
    }

    @Test
    void slowedPublishGoesOnWhenThereIsRoom() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 1);
        this.backlog = new OutboxBacklog(100, null);
        this.time.schedule(Duration.ofMillis(500), () -> this.backlog = new OutboxBacklog(10, null));
        long begun = this.time.nanoTime();
        assertThatCode(gate::enter).doesNotThrowAnyException();
        assertThat(Duration.ofNanos(this.time.nanoTime() - begun))
                .isBetween(Duration.ofMillis(500), Duration.ofMillis(520));
    }

    @Test
    void slowedPublishIsRefusedAfterItsLongestWaitAndItsPlaceIsFreeAgain() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 1);
        this.backlog = new OutboxBacklog(100, null);
        for (int i = 0; i < 2; i++) {
            long begun = this.time.nanoTime();
            assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
            assertThat(Duration.ofNanos(this.time.nanoTime() - begun)).isEqualTo(MAX_WAIT);
        }
    }

    @Test
    void callThatEndsSoonerDoesNotWaitLonger() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 1);
        this.backlog = new OutboxBacklog(100, null);
        long begun = this.time.nanoTime();
        try (Scope scope = Deadline.after(Duration.ofMillis(90), this.time).open()) {
            assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
        }
        assertThat(Duration.ofNanos(this.time.nanoTime() - begun)).isEqualTo(Duration.ofMillis(90));
    }

    @Test
    void onlySoManyWaitAtOnceAndFurtherOnesAreRefusedAtOnce() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 1);
        this.backlog = new OutboxBacklog(100, null);
        int[] refusedMeanwhile = new int[1];
        this.time.schedule(Duration.ofMillis(100), () -> {
            int sleeps = this.time.sleeps().size();
            assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
            assertThat(this.time.sleeps()).hasSize(sleeps);
            refusedMeanwhile[0]++;
            this.backlog = new OutboxBacklog(0, null);
        });
        assertThatCode(gate::enter).doesNotThrowAnyException();
        assertThat(refusedMeanwhile[0]).isEqualTo(1);
    }

    @Test
    void asManyWaitAtOnceAsTheSettingSays() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 2);
        this.backlog = new OutboxBacklog(100, null);
        int[] let = new int[1];
        this.time.schedule(Duration.ofMillis(100), () -> {
            gate.enter();
            let[0]++;
        });
        this.time.schedule(Duration.ofMillis(200), () -> {
            assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
            let[0]++;
        });
        this.time.schedule(Duration.ofMillis(500), () -> this.backlog = new OutboxBacklog(0, null));
        assertThatCode(gate::enter).doesNotThrowAnyException();
        assertThat(let[0]).isEqualTo(2);
    }

    @Test
    void interruptedWaiterIsRefusedAndStaysInterrupted() {
        PublishGate gate = gate(null, 100L, Backpressure.Action.SLOW, 1);
        this.backlog = new OutboxBacklog(100, null);
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(RejectedException.class).isThrownBy(gate::enter);
        assertThat(Thread.interrupted()).isTrue();
    }
}
