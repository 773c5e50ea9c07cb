package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the relay does with a key whose head is refused, by the setting of the destination. */
@ExtendWith(OutputCaptureExtension.class)
class RelayHeadsTests {

    private final ManualTime time = new ManualTime();

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final Destinations destinations = new Destinations(List.of(this.orders));

    private final RelayCounters counters = new RelayCounters();

    private final RelayEvents events = new RelayEvents();

    private final DeadLetters deadLetters = Outboxes.deadLetters(null, this::replayer);

    private final MemoryOutboxStore store = new MemoryOutboxStore(Outboxes.spec(), this.time, () -> this.deadLetters);

    private final OutboxKeys keys = new OperatedKeys(this.store.keys(), this.events::wake);

    private final MemoryShardLeases leases = new MemoryShardLeases(Outboxes.spec(), this.time, "me");

    private final Logger log = (Logger) LoggerFactory.getLogger(OutboxOperations.class);

    @BeforeEach
    void logsAudits() {
        this.log.setLevel(Level.INFO);
    }

    @AfterEach
    void restoreLevel() {
        this.log.setLevel(null);
    }

    private OutboxReplayer replayer() {
        return new OutboxReplayer(this.destinations, this.store, (count) -> this.events.wake(), this.events::wake);
    }

    private RelayLoop loop(HeadPolicy policy) {
        this.leases.renew();
        return new RelayLoop(
                Outboxes.spec(500, policy),
                this.store,
                this.leases,
                this.destinations,
                Outboxes.pauses(),
                this.time,
                this.events,
                this.counters,
                null);
    }

    @Test
    void parkedKeyIsSentNoMoreWhileOthersGoOn() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2", "a3", "b1");
        settle(loop);
        append("a4", "b2");
        settle(loop);
        assertThat(this.orders.ids()).containsExactlyInAnyOrder("a1", "b1", "b2");
        assertThat(deadLetterIds()).containsExactly("a1", "a2", "a3", "a4");
        assertThat(this.store.backlog().messages()).isZero();
        assertThat(this.counters.deadLettered.sum()).isEqualTo(1);
        assertThat(this.counters.parked.sum()).isEqualTo(3);
        RelayStatistics statistics = new RelayStatistics(
                this.counters, this.leases, this.store, new MemoryOutboxInspection(this.store, this.leases));
        assertThat(statistics.parked()).isEqualTo(3);
        assertThat(statistics.destination("orders")).isEqualTo(new DestinationStatistics(2, 0, 1, 3));
        assertThat(this.keys.count()).isEqualTo(new HeldKeyCount(1, 0));
    }

    /** Whoever took the shard over after a crash would make it a dead letter with the others of the key. */
    @Test
    void whatWasDeliveredOfAKeyIsDeletedBeforeALaterMessageParksIt() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        append("p1");
        settle(loop);
        this.orders.holdBack();
        append("a1", "a2", "b1");
        this.events.wake();
        loop.step(null);
        end("a1", null);
        loop.step(null);
        assertThat(owed()).containsExactlyInAnyOrder("a1", "a2", "b1");
        end("a2", Failure.of(FailureCategory.PERMANENT));
        loop.step(null);
        assertThat(deadLetterIds()).containsExactly("a2");
        assertThat(owed()).containsExactly("b1");
    }

    private void end(String id, @Nullable Failure failure) {
        this.orders.sent().stream()
                .filter((sent) -> sent.message().messageId().equals(id))
                .forEach((sent) -> sent.end(failure));
    }

    private List<String> owed() {
        return OutboxStoreContract.ids(this.store.read(Outboxes.everything(1000), Set.of()));
    }

    @Test
    void moreThanFitsIntoOneMoveIsParkedInOrder() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a0");
        String[] ids = IntStream.range(0, 350).mapToObj((i) -> "a" + i).toArray(String[]::new);
        append(ids);
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a0");
        assertThat(deadLetterIds()).containsExactly(ids);
    }

    @Test
    @Trap(13)
    void replayedKeyArrivesInOrderWithWhatCameMeanwhile() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2", "a3");
        settle(loop);
        append("a4", "a5");
        this.orders.answer((record) -> null);
        this.deadLetters.replay(DeadLetterFilter.all(), 100);
        append("a6");
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a1", "a2", "a3", "a4", "a5", "a6");
        assertThat(this.keys.list(null, 10)).isEmpty();
        assertThat(this.store.backlog().messages()).isZero();
    }

    /** As when a process dies between the DELETE of the last replay and the end of the release. */
    @Test
    void nextMessageOfAKeyWhoseReleaseWasLeftUnfinishedEndsIt() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a1");
        append("a1");
        settle(loop);
        this.orders.answer((record) -> null);
        this.deadLetters.replay(DeadLetterFilter.all(), 100);
        this.store.delete(this.store.read(Outboxes.everything(10), Set.of()).stream()
                .map(StoredMessage::row)
                .toList());
        settle(loop);
        assertThat(this.keys.list(null, 10)).extracting(HeldKey::state).containsExactly(HeldKey.State.RELEASING);
        append("a2", "a3");
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a2", "a3");
        assertThat(this.keys.list(null, 10)).isEmpty();
    }

    @Test
    void replayThatIsRefusedAgainTakesTheReplaysBehindItAlong() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2", "a3");
        settle(loop);
        this.deadLetters.replay(DeadLetterFilter.all(), 100);
        append("a4");
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a1");
        assertThat(deadLetterIds()).containsExactly("a1", "a2", "a3", "a4");
        this.orders.answer((record) -> null);
        this.deadLetters.replay(DeadLetterFilter.all(), 100);
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a1", "a1", "a2", "a3", "a4");
        assertThat(this.keys.list(null, 10)).isEmpty();
    }

    @Test
    void replayOfAParkedKeyStaysWithItsKeyAlsoUnderAnotherSetting() {
        this.orders.refuse("a1");
        append("a1", "a2");
        settle(loop(HeadPolicy.PARK_KEY));
        RelayLoop loop = loop(HeadPolicy.CONTINUE);
        this.deadLetters.replay(DeadLetterFilter.all(), 100);
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a1");
        assertThat(deadLetterIds()).containsExactly("a1", "a2");
    }

    @Test
    void blockedKeyWaitsForTheOperatorWhileOthersGoOn(CapturedOutput output) {
        RelayLoop loop = loop(HeadPolicy.BLOCK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2", "b1");
        settle(loop);
        this.time.advance(Duration.ofHours(1));
        append("b2");
        settle(loop);
        assertThat(this.orders.ids()).containsExactlyInAnyOrder("a1", "b1", "b2");
        assertThat(deadLetterIds()).isEmpty();
        assertThat(this.keys.count()).isEqualTo(new HeldKeyCount(0, 1));
        this.orders.answer((record) -> null);
        assertThat(this.keys.unblock("orders", "a", "alice\nforged")).isEqualTo(OutboxKeys.Answer.UNBLOCKED);
        assertThat(this.keys.unblock("orders", "a", "alice\nforged")).isEqualTo(OutboxKeys.Answer.NOTHING_DONE);
        settle(loop);
        assertThat(this.orders.ids()).endsWith("a1", "a2");
        assertThat(output).containsOnlyOnce("Outbox: key 'a' of 'orders' was unblocked by alice forged");
    }

    @Test
    void discardedHeadLetsItsKeyGoOn() {
        RelayLoop loop = loop(HeadPolicy.BLOCK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2");
        settle(loop);
        assertThat(this.keys.discardHead("orders", "a", "alice")).isEqualTo(OutboxKeys.Answer.HEAD_DISCARDED);
        assertThat(this.keys.discardHead("orders", "a", "alice")).isEqualTo(OutboxKeys.Answer.NOTHING_DONE);
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a2");
        assertThat(deadLetterIds()).containsExactly("a1");
    }

    @Test
    void releasedKeyGoesOnWithNewMessages() {
        RelayLoop loop = loop(HeadPolicy.PARK_KEY);
        this.orders.refuse("a1");
        append("a1", "a2");
        settle(loop);
        assertThat(this.keys.release("orders", "a", "alice")).isEqualTo(OutboxKeys.Answer.RELEASED);
        assertThat(this.keys.release("orders", "a", "alice")).isEqualTo(OutboxKeys.Answer.NOTHING_DONE);
        append("a3");
        settle(loop);
        assertThat(this.orders.ids()).containsExactly("a1", "a3");
        assertThat(deadLetterIds()).containsExactly("a1", "a2");
    }

    @Test
    @Trap(16)
    void messageWithoutKeyHoldsNothingUp() {
        for (HeadPolicy policy : HeadPolicy.values()) {
            RelayLoop loop = loop(policy);
            this.orders.refuse("refused " + policy);
            this.store.append(List.of(Outboxes.record("refused " + policy, null), Outboxes.record("next", null)));
            settle(loop);
        }
        assertThat(this.orders.ids()).filteredOn("next"::equals).hasSize(3);
        assertThat(deadLetterIds()).hasSize(3);
        assertThat(this.keys.list(null, 10)).isEmpty();
    }

    @Test
    void keyCannotForgeALineOfTheLog() {
        assertThat(OperatorLog.line("a\nb\r\u2028c\u0085d")).isEqualTo("a b  c d");
    }

    private void append(String... ids) {
        List<OutboxRecord> records = new ArrayList<>();
        for (String id : ids) {
            records.add(Outboxes.record(id, id.substring(0, 1)));
        }
        this.store.append(records);
    }

    /** Steps until the relay has had nothing to do for a while. */
    private void settle(RelayLoop loop) {
        this.events.wake();
        for (int i = 0; i < 200; i++) {
            loop.step(null);
            this.time.advance(Duration.ofMillis(50));
        }
        assertThat(this.store.read(Outboxes.everything(1000), Set.of())).isEmpty();
    }

    private List<@Nullable String> deadLetterIds() {
        List<@Nullable String> ids = new ArrayList<>();
        this.deadLetters
                .list(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW), null, 1000)
                .forEach((letter) -> ids.add(letter.messageId()));
        return ids;
    }
}
