package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The relay step by step, with a clock and answers that the test gives. */
@ExtendWith(OutputCaptureExtension.class)
class RelayLoopTests {

    private static final Failure DOWN = Failure.outcomeUnknown();

    private final ManualTime time = new ManualTime();

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final RecordingDestination bills = new RecordingDestination("bills");

    private final DeadLetters deadLetters = Outboxes.deadLetters(null, () -> null);

    private final MemoryOutboxStore memory = new MemoryOutboxStore(Outboxes.spec(), this.time, () -> this.deadLetters);

    private final FailingStore store = new FailingStore(this.memory);

    private final GivenLeases leases = new GivenLeases();

    private final OutboxInspection inspection = new MemoryOutboxInspection(this.memory, this.leases);

    private final Pauses pauses = new Pauses(this.inspection);

    private final RelayEvents events = new RelayEvents();

    private final RelayCounters counters = new RelayCounters();

    private RelayLoop loop = loop(500);

    private RelayLoop loop(int batchSize) {
        return new RelayLoop(
                Outboxes.spec(batchSize),
                this.store,
                this.leases,
                new Destinations(List.of(this.orders, this.bills)),
                this.pauses,
                this.time,
                this.events,
                this.counters,
                null);
    }

    @Test
    void whatIsOwedIsSentAndThenDeleted() {
        append(Outboxes.record("1", "a"), Outboxes.record("2", "b"), Outboxes.record("3", null));
        settle();
        assertThat(this.orders.ids()).containsExactlyInAnyOrder("1", "2", "3");
        assertThat(owed()).isEmpty();
        assertThat(this.counters.sent.sum()).isEqualTo(3);
    }

    @Test
    void rowIsNotDeletedBeforeItIsAcknowledged() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("1", "a"));
        settle();
        assertThat(owed()).containsExactly("1");
        assertThat(this.store.deletes).isEqualTo(1);
        this.orders.sent().get(1).end(null);
        settle();
        assertThat(owed()).isEmpty();
    }

    @Test
    @Trap(5)
    void nextOfAKeyWaitsForTheAcknowledgementWhileOtherKeysGoOn() {
        prove();
        this.orders.holdBack();
        append(
                Outboxes.record("a1", "a"),
                Outboxes.record("a2", "a"),
                Outboxes.record("b1", "b"),
                Outboxes.record("n1", null),
                Outboxes.record("n2", null));
        settle();
        assertThat(this.orders.ids()).containsExactlyInAnyOrder("proof", "a1", "b1", "n1", "n2");
        end("a1", null);
        settle();
        assertThat(this.orders.ids()).contains("a2");
    }

    @Test
    void acknowledgementsOfARoundAreDeletedByOneStatement() {
        prove();
        IntStream.range(0, 100).forEach((i) -> append(Outboxes.record("m" + i, "k" + i)));
        int before = this.store.deletes;
        settle();
        assertThat(this.orders.sent()).hasSize(101);
        assertThat(this.store.deletes - before).isLessThanOrEqualTo(3);
    }

    @Test
    void nothingMoreIsSentToADestinationThatIsPausedUntilItIsResumed() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"), Outboxes.record("x", "bills", "a"));
        settle();
        this.inspection.addPause("orders");
        this.time.advance(Duration.ofSeconds(1));
        this.loop.step(null);
        end("a1", null);
        append(Outboxes.record("b1", "b"));
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1");
        assertThat(this.bills.ids()).containsExactly("x");
        this.orders.answerAtOnce();
        this.inspection.removePause("orders");
        this.pauses.refresh();
        this.events.wake();
        settle();
        assertThat(this.orders.ids()).containsExactlyInAnyOrder("proof", "a1", "a2", "b1");
        assertThat(owed()).isEmpty();
    }

    @Test
    void nothingIsReadWhileEverythingIsPausedAndTheRelayDoesNotSpin() {
        this.inspection.addPause(OutboxOperations.EVERYTHING);
        append(Outboxes.record("a1", "a"), Outboxes.record("x", "bills", "a"));
        this.events.wake();
        assertThat(this.loop.step(null)).isEqualTo(Outboxes.spec().pollMax().toNanos());
        assertThat(this.loop.step(null)).isPositive();
        assertThat(this.orders.sent()).isEmpty();
        assertThat(this.bills.sent()).isEmpty();
        this.inspection.removePause(OutboxOperations.EVERYTHING);
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(this.orders.ids()).containsExactly("a1");
        assertThat(this.bills.ids()).containsExactly("x");
    }

    @Test
    @Trap(5)
    void refusedMessageBecomesADeadLetterAndItsKeyGoesOnInOrder() {
        this.orders.refuse("a2");
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"), Outboxes.record("a3", "a"));
        settle();
        assertThat(this.orders.ids()).containsExactly("a1", "a2", "a3");
        assertThat(owed()).isEmpty();
        assertThat(this.deadLetters.list(DeadLetterFilter.all(), null, 10))
                .extracting((letter) -> letter.messageId())
                .containsExactly("a2");
        assertThat(this.counters.deadLettered.sum()).isEqualTo(1);
        assertThat(this.counters.sent.sum()).isEqualTo(2);
    }

    @Test
    void nextOfAKeyIsNotSentBeforeTheRefusedOneIsStored() {
        this.orders.refuse("a1");
        this.store.failDeadLetters = true;
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        assertThat(this.orders.ids()).containsExactly("a1");
        assertThat(owed()).containsExactly("a1", "a2");
        this.store.failDeadLetters = false;
        this.time.advance(Duration.ofSeconds(2));
        settle();
        assertThat(this.orders.ids()).containsExactly("a1", "a1", "a2");
        assertThat(owed()).isEmpty();
    }

    @Test
    @Trap(16)
    void unreadableMessageBecomesADeadLetterWithoutBeingSent() {
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        this.store.unreadable = "a1";
        settle();
        assertThat(this.orders.ids()).containsExactly("a2");
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
    }

    @Test
    @Trap(16)
    void bytesTypeAndKeyThatNobodyKnowsAreSentAsTheyWereStored() {
        byte[] poison = {0, -1, '{', (byte) 0xc3, '('};
        OutboxRecord unknown = new OutboxRecord("1", "orders", "a", "of.a.later.version", 99, "x/y", Map.of(), poison);
        OutboxRecord bare = new OutboxRecord("2", "orders", null, null, 1, null, Map.of(), new byte[0]);
        append(unknown, bare);
        settle();
        assertThat(this.orders.sent())
                .extracting(RecordingDestination.Sent::message)
                .containsExactlyInAnyOrder(unknown, bare);
        assertThat(owed()).isEmpty();
    }

    @Test
    @Trap(3)
    void formerOwnerDropsARefusedMessage() {
        this.orders.refuse("a1");
        this.store.fenced = true;
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        this.loop.step(null);
        this.leases.lose();
        settle();
        assertThat(this.orders.ids()).containsExactly("a1");
        assertThat(owed()).containsExactly("a1", "a2");
    }

    @Test
    @Trap(7)
    void outageBurnsNothingKeepsTheRowsAndIsLoggedOnce(CapturedOutput output) {
        this.orders.answer((record) -> DOWN);
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"), Outboxes.record("b1", "b"));
        for (int second = 0; second < 3600; second++) {
            settle();
            this.time.advance(Duration.ofSeconds(1));
            this.leases.renew();
        }
        assertThat(this.orders.ids()).contains("a1", "b1").doesNotContain("a2");
        assertThat(owed()).containsExactlyInAnyOrder("a1", "a2", "b1");
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isZero();
        assertThat(this.orders.sent()).hasSizeBetween(600, 730);
        assertThat(output.toString().split("INT-312", -1)).hasSize(2);
        assertThat(this.counters.unavailable).containsOnlyKeys("orders");
        this.orders.answer((record) -> null);
        this.time.advance(Duration.ofSeconds(5));
        this.leases.renew();
        settle();
        assertThat(owed()).isEmpty();
        assertThat(this.orders
                        .ids()
                        .subList(this.orders.ids().size() - 3, this.orders.ids().size()))
                .containsSubsequence("a1", "a2")
                .contains("b1");
        assertThat(this.counters.unavailable).isEmpty();
    }

    @Test
    void outageOfOneDestinationDoesNotHoldUpAnother() {
        this.orders.answer((record) -> DOWN);
        for (int i = 0; i < 2_000 / 4; i++) {
            append(Outboxes.record("o" + i, "orders", "k" + i % 20));
        }
        append(Outboxes.record("b1", "bills", "k1"), Outboxes.record("b2", "bills", "k1"));
        settle();
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(this.bills.ids()).containsExactly("b1", "b2");
        assertThat(this.memory.backlog().messages()).isEqualTo(500);
    }

    @Test
    void pauseGrowsToFiveSecondsAndHonoursWhatTheDestinationAsks() {
        this.orders.answer((record) -> DOWN);
        append(Outboxes.record("a1", "a"));
        settle();
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            pauses.add(millisUntilNextSend());
        }
        assertThat(pauses).startsWith(100L, 200L, 400L, 800L, 1600L, 3200L, 5000L, 5000L);
        this.orders.answer((record) -> new Failure(FailureCategory.RATE_LIMIT, true, false, Duration.ofSeconds(30)));
        millisUntilNextSend();
        assertThat(millisUntilNextSend()).isEqualTo(30_000);
    }

    @Test
    void destinationThatFailedIsAskedWithASingleMessage() {
        this.orders.answer((record) -> DOWN);
        IntStream.range(0, 50).forEach((i) -> append(Outboxes.record("m" + i, "k" + i)));
        settle();
        assertThat(this.orders.sent()).hasSize(1);
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(this.orders.sent()).hasSize(2);
        this.orders.answer((record) -> null);
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(owed()).isEmpty();
    }

    @Test
    void lateAnswerOfASendBegunBeforeTheOutageDoesNotEndIt() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("b1", "b"));
        settle();
        this.time.advance(Duration.ofMillis(10));
        end("a1", DOWN);
        end("b1", null);
        settle();
        assertThat(this.counters.unavailable).containsOnlyKeys("orders");
        assertThat(owed()).containsExactly("a1");
    }

    @Test
    @Trap(5)
    void failedMessageIsSentAgainBeforeTheLaterOnesOfItsKey() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        end("a1", DOWN);
        settle();
        this.orders.answerAtOnce();
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1", "a1", "a2");
    }

    @Test
    void destinationThatThrowsIsTakenAsUnavailable() {
        this.orders.answer((record) -> {
            throw new IllegalStateException("broken destination");
        });
        append(Outboxes.record("a1", "a"));
        settle();
        assertThat(owed()).containsExactly("a1");
        assertThat(this.counters.unavailable).containsEntry("orders", "broken destination");
    }

    @Test
    void messageNobodyDeliversAnyMoreWaits() {
        append(Outboxes.record("x", "removed", "a"), Outboxes.record("a1", "a"));
        settle();
        assertThat(owed()).containsExactly("x");
        assertThat(this.counters.unavailable).containsOnlyKeys("removed");
        assertThat(this.orders.ids()).containsExactly("a1");
    }

    @Test
    void secondAnswerOfADestinationIsIgnored() {
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        end("a1", null);
        end("a1", null);
        end("a1", DOWN);
        settle();
        assertThat(this.orders.ids()).containsExactly("a1", "a2");
        assertThat(this.counters.sent.sum()).isEqualTo(1);
    }

    @Test
    @Trap(3)
    void noSendBeginsOnceTheLeaseLeavesNoTimeForIt() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        this.time.advance(Duration.ofSeconds(5));
        end("a1", null);
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1");
        assertThat(owed()).containsExactly("a2");
        this.leases.renew();
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1", "a2");
    }

    @Test
    @Trap(3)
    void relayThatWokeUpAfterItsLeaseWasTakenSendsNothingMore() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        this.time.advance(Duration.ofMinutes(10));
        this.leases.takenOverAndBack();
        this.memory.delete(rows("a2"));
        end("a1", null);
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1");
    }

    @Test
    void nextOfABusyKeyDoesNotWaitForADeleteAndADeleteDoesNotWaitForASlowSend() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("slow", "b"), Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        int deletes = this.store.deletes;
        end("a1", null);
        settle();
        assertThat(this.orders.ids()).contains("a2");
        assertThat(this.store.deletes).isEqualTo(deletes);
        assertThat(this.loop.step(null))
                .isLessThanOrEqualTo(Duration.ofMillis(25).toNanos());
        this.time.advance(Duration.ofMillis(25));
        settle();
        assertThat(owed()).containsExactlyInAnyOrder("a2", "slow");
    }

    @Test
    void onlyShardsHeldAreRead() {
        append(Outboxes.record("a1", "a"), Outboxes.record("b1", "b"));
        this.leases.keepOnly(OutboxStoreContract.shardOf("b"));
        settle();
        assertThat(this.orders.ids()).containsExactly("b1");
    }

    @Test
    @Trap(1)
    void rowOfALateTransactionWithALowerIdIsStillFound() {
        append(Outboxes.record("early", "a"), Outboxes.record("late", "a"));
        this.store.invisible = Set.of("early");
        this.store.writers = Set.of("T1");
        settle();
        assertThat(this.orders.ids()).containsExactly("late");
        this.store.invisible = Set.of();
        this.store.writers = Set.of();
        this.time.advance(Duration.ofSeconds(1));
        settle();
        assertThat(this.orders.ids()).containsExactly("late", "early");
        assertThat(owed()).isEmpty();
    }

    @Test
    void readBeginsBehindWhatIsDeletedAndASweepAtTheLowestId() {
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(2);
        read(Duration.ofSeconds(2));
        assertThat(this.store.mark("a")).isZero();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(2);
    }

    @Test
    @Trap(12)
    void rowThatNobodyForesawIsFoundByTheNextSweep() {
        append(Outboxes.record("hidden", "a"), Outboxes.record("a2", "a"));
        this.store.invisible = Set.of("hidden");
        settle();
        read(Duration.ofMillis(200));
        this.store.invisible = Set.of();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(2);
        assertThat(this.orders.ids()).containsExactly("a2");
        this.store.lastId = 1L;
        read(Duration.ofSeconds(2));
        assertThat(this.orders.ids()).containsExactly("a2", "hidden");
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(1);
    }

    @Test
    @Trap({1, 14})
    void markStaysBehindATransactionThatIsStillWritingHoweverLongItTakes() {
        append(Outboxes.record("late", "a"), Outboxes.record("b1", keyOfTheSameShard("a")));
        this.store.invisible = Set.of("late");
        this.store.writers = Set.of("T1");
        for (int i = 0; i < 100; i++) {
            read(Duration.ofMillis(100));
            assertThat(this.store.mark("a")).isZero();
        }
        this.store.invisible = Set.of();
        this.store.writers = Set.of("T2");
        append(Outboxes.record("next", "a"));
        read(Duration.ofMillis(100));
        assertThat(this.orders.ids()).containsExactly("b1", "late", "next");
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(2);
    }

    @Test
    void storeThatKnowsNoWritersIsReadFromTheLowestIdAlways() {
        this.store.writers = null;
        append(Outboxes.record("a1", "a"));
        for (int i = 0; i < 30; i++) {
            read(Duration.ofMillis(100));
            assertThat(this.store.mark("a")).isZero();
        }
    }

    @Test
    void markIsForgottenWhenTheShardIsTakenOverAMessageDroppedOrTheDatabaseFailed() {
        append(Outboxes.record("a1", "a"));
        settle();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(1);
        this.leases.takenOverAndBack();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isZero();
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isEqualTo(1);
        this.store.failReads = true;
        this.time.advance(Duration.ofMillis(200));
        assertThatIllegalStateException().isThrownBy(() -> this.loop.step(null));
        this.store.failReads = false;
        read(Duration.ofMillis(200));
        assertThat(this.store.mark("a")).isZero();
    }

    @Test
    void whatWasLeftOutOfAReadIsFoundAsSoonAsItsDestinationIsBack() {
        prove();
        this.bills.answer((record) -> DOWN);
        append(Outboxes.record("b1", "bills", "a"), Outboxes.record("a1", "a"));
        settle();
        this.bills.answer((record) -> null);
        append(Outboxes.record("b2", "bills", "a"));
        this.time.advance(Duration.ofMillis(100));
        settle();
        assertThat(this.bills.ids()).containsExactly("b1", "b1", "b2");
    }

    @Test
    void shardIsReadOnWhileItsMessagesAreUnderWay() {
        slowOneThen(IntStream.range(0, 20).mapToObj((i) -> Outboxes.record("a" + i, "a")));
        assertThat(this.orders.ids()).containsExactly("proof", "slow", "a0");
        for (int i = 0; i < 20; i++) {
            end("a" + i, null);
            settle();
        }
        assertThat(this.orders.ids()).endsWith("a18", "a19").doesNotHaveDuplicates();
        end("slow", null);
        settle();
        assertThat(owed()).isEmpty();
    }

    @Test
    void shardIsNotReadOnBehindADroppedMessage() {
        String other = OutboxStoreContract.keysOfShardOf("a").get(2);
        slowOneThen(IntStream.range(0, 100)
                .mapToObj(
                        (i) -> (i % 2 == 0) ? Outboxes.record("a" + i / 2, "a") : Outboxes.record("c" + i / 2, other)));
        this.store.failDeadLetters = true;
        end("a0", Failure.of(FailureCategory.PERMANENT));
        settle();
        this.store.failDeadLetters = false;
        read(Duration.ofMillis(1100));
        assertThat(sentOf("a")).containsExactly("a0");
        this.orders.answerAtOnce();
        this.orders.sent().forEach((sent) -> sent.end(null));
        settle();
        assertThat(sentOf("a"))
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("a0"), IntStream.range(0, 50).mapToObj((i) -> "a" + i))
                                .toList());
        assertThat(owed()).isEmpty();
    }

    private List<String> sentOf(String prefix) {
        return this.orders.ids().stream().filter((id) -> id.startsWith(prefix)).toList();
    }

    /** Messages behind one of another key of their shard that is not answered. */
    private void slowOneThen(Stream<OutboxRecord> records) {
        this.loop = loop(40);
        prove();
        this.orders.holdBack();
        append(Outboxes.record("slow", OutboxStoreContract.keysOfShardOf("a").get(1)));
        records.forEach(this::append);
        read(Duration.ofMillis(200));
    }

    @Test
    void noMoreThanACrashMayRepeatIsUnderWayWhileLittleIsOwed() {
        prove();
        this.orders.holdBack();
        IntStream.range(0, 300).forEach((i) -> append(Outboxes.record("m" + i, null)));
        settle();
        assertThat(this.orders.sent()).hasSize(1 + 96);
        this.orders.sent().forEach((sent) -> sent.end(null));
        settle();
        assertThat(this.orders.sent()).hasSize(1 + 192);
    }

    @Test
    void moreIsUnderWayWhereAnswersTakeLong() {
        prove();
        this.orders.holdBack();
        IntStream.range(0, 300).forEach((i) -> append(Outboxes.record("m" + i, null)));
        settle();
        this.time.advance(Duration.ofMillis(25));
        settle();
        assertThat(this.orders.sent()).hasSize(1 + 192);
    }

    @Test
    void failedDeleteIsTriedAgainAndItsRowsAreNotSentTwice() {
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        this.store.failDeletes = true;
        assertThatIllegalStateException().isThrownBy(() -> this.loop.step(null));
        assertThatIllegalStateException().isThrownBy(this::settle);
        assertThatIllegalStateException().isThrownBy(this::settle);
        this.store.failDeletes = false;
        settle();
        assertThat(this.orders.ids()).containsExactly("a1", "a2");
        assertThat(owed()).isEmpty();
    }

    @Test
    @Trap(4)
    void crashBetweenAcknowledgementAndDeleteRepeatsInOrderAndLosesNothing() {
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"), Outboxes.record("a3", "a"));
        this.store.failDeletes = true;
        assertThatIllegalStateException().isThrownBy(() -> this.loop.step(null));
        assertThatIllegalStateException().isThrownBy(this::settle);
        List<String> before = this.orders.ids();
        this.loop = loop(500);
        this.store.failDeletes = false;
        settle();
        assertThat(before).isNotEmpty();
        assertThat(this.orders.ids().subList(before.size(), this.orders.ids().size()))
                .containsExactly("a1", "a2", "a3");
        assertThat(owed()).isEmpty();
    }

    @Test
    void hugeBacklogOfOneKeyDoesNotStarveOtherShards() {
        this.loop = loop(20);
        prove();
        this.orders.holdBack();
        IntStream.range(0, 900).forEach((i) -> append(Outboxes.record("huge" + i, "a")));
        String other = keyOfAnotherShard("a");
        settle();
        append(Outboxes.record("other", other));
        this.events.wake();
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "huge0", "other");
    }

    @Test
    void hugeBacklogOfOneKeyDoesNotStarveOtherKeysOfItsShard() {
        this.loop = loop(20);
        IntStream.range(0, 900).forEach((i) -> append(Outboxes.record("huge" + i, "a")));
        append(Outboxes.record("other", keyOfTheSameShard("a")));
        for (int i = 0; !this.orders.ids().contains("other"); i++) {
            assertThat(i).isLessThan(200);
            this.loop.step(null);
        }
        assertThat(this.orders.sent()).hasSizeLessThan(100);
        settle();
        assertThat(this.orders.ids().stream().filter((id) -> id.startsWith("huge")))
                .containsExactlyElementsOf(
                        IntStream.range(0, 900).mapToObj((i) -> "huge" + i).toList());
    }

    @Test
    @Trap(7)
    void noMoreIsHeldThanTheBatchSizeAllows() {
        this.loop = loop(40);
        prove();
        this.orders.holdBack();
        IntStream.range(0, 900).forEach((i) -> append(Outboxes.record("m" + i, null)));
        for (int i = 0; i < 20; i++) {
            this.loop.step(null);
        }
        assertThat(this.orders.sent()).hasSizeLessThanOrEqualTo(1 + 40);
    }

    @Test
    void silenceMakesReadsRarerAndAMessageMakesThemFrequentAgain() {
        settle();
        long wait = 0;
        for (int i = 0; i < 10; i++) {
            this.time.advance(Duration.ofNanos(wait));
            wait = this.loop.step(null);
        }
        assertThat(wait).isEqualTo(Duration.ofMillis(200).toNanos());
        int reads = this.store.reads;
        append(Outboxes.record("a1", "a"));
        this.loop.step(null);
        assertThat(this.store.reads).isEqualTo(reads);
        this.events.wake();
        settle();
        assertThat(this.orders.ids()).containsExactly("a1");
    }

    @Test
    void readsThatMayFindLittleTakeAThirdOfTheTime() {
        settle();
        this.store.whileReading = () -> this.time.advance(Duration.ofMillis(2));
        assertThat(waitAfterAReadAndAWake()).isEqualTo(Duration.ofMillis(4).toNanos());
        int reads = this.store.reads;
        this.time.advance(Duration.ofMillis(4));
        this.loop.step(null);
        assertThat(this.store.reads).isEqualTo(reads + 1);
    }

    @Test
    void slowReadHoldsTheNextOneUpNoLongerThanTheShortestPollInterval() {
        settle();
        this.store.whileReading = () -> this.time.advance(Duration.ofSeconds(1));
        assertThat(waitAfterAReadAndAWake()).isEqualTo(Duration.ofMillis(25).toNanos());
    }

    /** Here the clock goes on only while the store reads. */
    @Test
    void readsOfABacklogFollowEachOtherAtOnce() {
        this.loop = loop(10);
        prove();
        this.store.whileReading = () -> this.time.advance(Duration.ofMillis(2));
        append(IntStream.range(0, 100)
                .mapToObj((i) -> Outboxes.record("m" + i, "k"))
                .toArray(OutboxRecord[]::new));
        settle();
        assertThat(this.orders.sent()).hasSizeGreaterThan(90);
    }

    private long waitAfterAReadAndAWake() {
        this.time.advance(Duration.ofSeconds(1));
        this.events.wake();
        int reads = this.store.reads;
        this.loop.step(null);
        assertThat(this.store.reads).isEqualTo(reads + 1);
        this.events.wake();
        long wait = this.loop.step(null);
        assertThat(this.store.reads).isEqualTo(reads + 1);
        return wait;
    }

    @Test
    void drainingEndsWhatIsUnderWayAndBeginsNothing() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"));
        settle();
        assertThat(this.loop.drain(null)).isFalse();
        end("a1", null);
        assertThat(this.loop.drain(null)).isTrue();
        assertThat(this.orders.ids()).containsExactly("proof", "a1");
        assertThat(owed()).containsExactly("a2");
    }

    @Test
    void yieldingShardIsNotReadAgainAndGivenBackOnlyWhenItsRoundIsClosed() {
        prove();
        this.orders.holdBack();
        append(Outboxes.record("a1", "a"), Outboxes.record("a2", "a"), Outboxes.record("b1", keyOfTheSameShard("a")));
        settle();
        assertThat(this.orders.ids()).containsExactly("proof", "a1", "b1");
        this.leases.yield(OutboxStoreContract.shardOf("a"));
        append(Outboxes.record("a3", "a"));
        settle();
        assertThat(this.leases.yielded).isEmpty();
        end("a1", null);
        this.time.advance(Duration.ofMillis(25));
        settle();
        assertThat(this.leases.yielded).isEmpty();
        end("b1", null);
        this.store.failDeletes = true;
        assertThatIllegalStateException().isThrownBy(this::settle);
        assertThat(this.leases.yielded).isEmpty();
        this.store.failDeletes = false;
        settle();
        assertThat(this.leases.yielded).containsExactly(OutboxStoreContract.shardOf("a"));
        assertThat(this.orders.ids()).containsExactly("proof", "a1", "b1");
        assertThat(owed()).containsExactly("a2", "a3");
    }

    @Test
    void yieldingShardWithNothingUnderWayIsGivenBackAtOnce() {
        this.leases.yield(0);
        this.loop.step(null);
        assertThat(this.leases.yielded).containsExactly(0);
    }

    /** A destination that nothing was sent to yet gets a single message first. */
    private void prove() {
        append(Outboxes.record("proof", null));
        settle();
        assertThat(this.orders.ids()).containsExactly("proof");
    }

    private static OutboxRecord slow(int number) {
        return Outboxes.record("slow" + number, "slow" + number);
    }

    /** Reads once, that much later. */
    private void read(Duration later) {
        this.time.advance(later);
        this.leases.renew();
        settle();
    }

    /** Steps until a step has nothing to do at once. */
    private void settle() {
        this.events.wake();
        for (int i = 0; i < 5_000; i++) {
            int sent = this.orders.sent().size() + this.bills.sent().size();
            long wait = this.loop.step(null);
            if (wait > 0
                    && sent == this.orders.sent().size() + this.bills.sent().size()
                    && this.counters.sent.sum() == acknowledgedSeen) {
                return;
            }
            acknowledgedSeen = this.counters.sent.sum();
        }
        throw new AssertionError("the relay does not come to rest");
    }

    private long acknowledgedSeen;

    private long millisUntilNextSend() {
        int before = this.orders.sent().size();
        for (long millis = 0; millis < 100_000; millis += 100) {
            this.loop.step(null);
            this.loop.step(null);
            if (this.orders.sent().size() > before) {
                return millis;
            }
            this.time.advance(Duration.ofMillis(100));
            this.leases.renew();
        }
        throw new AssertionError("nothing is sent");
    }

    private void end(String messageId, @Nullable Failure failure) {
        this.orders.sent().stream()
                .filter((sent) -> sent.message().messageId().equals(messageId))
                .forEach((sent) -> sent.end(failure));
    }

    private void append(OutboxRecord... records) {
        this.memory.append(List.of(records));
    }

    private List<StoredMessage.Row> rows(String messageId) {
        return this.memory.read(Outboxes.everything(1000), Set.of()).stream()
                .filter((message) -> message.record().messageId().equals(messageId))
                .map(StoredMessage::row)
                .toList();
    }

    private List<String> owed() {
        return OutboxStoreContract.ids(this.memory.read(Outboxes.everything(1000), Set.of()));
    }

    private static String keyOfTheSameShard(String key) {
        return IntStream.range(0, 1000)
                .mapToObj((i) -> "k" + i)
                .filter((candidate) -> OutboxStoreContract.shardOf(candidate) == OutboxStoreContract.shardOf(key))
                .findFirst()
                .orElseThrow();
    }

    private static String keyOfAnotherShard(String key) {
        return IntStream.range(0, 1000)
                .mapToObj((i) -> "k" + i)
                .filter((candidate) -> OutboxStoreContract.shardOf(candidate) != OutboxStoreContract.shardOf(key))
                .findFirst()
                .orElseThrow();
    }

    /** Leases as the test hands them out; renewed at the beginning. */
    private final class GivenLeases implements ShardLeases {

        private final Map<Integer, ShardLease> held = new TreeMap<>();

        private final Set<Integer> yielding = new HashSet<>();

        private final Set<Integer> yielded = new HashSet<>();

        private long epoch = 1;

        GivenLeases() {
            renew();
        }

        @Override
        public void prepare() {}

        @Override
        public void renew() {
            long sendUntil = RelayLoopTests.this.time.nanoTime()
                    + Outboxes.spec().sendWindow().toNanos();
            for (int shard = 0; shard < Outboxes.SHARDS; shard++) {
                this.held.put(shard, new ShardLease(shard, "me", this.epoch, sendUntil));
            }
        }

        void takenOverAndBack() {
            this.epoch += 2;
            renew();
        }

        void lose() {
            this.held.clear();
        }

        void yield(int shard) {
            this.held.remove(shard);
            this.yielding.add(shard);
        }

        @Override
        public Set<Integer> yielding() {
            return Set.copyOf(this.yielding);
        }

        @Override
        public void yielded(int shard) {
            this.yielded.add(shard);
        }

        void keepOnly(int shard) {
            this.held.keySet().retainAll(Set.of(shard));
        }

        @Override
        public Duration interval() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Map<Integer, ShardLease> held() {
            return new HashMap<>(this.held);
        }

        @Override
        public void release() {
            this.held.clear();
        }
    }

    /** A store that fails as the test says. */
    private static final class FailingStore implements OutboxStore {

        private final OutboxStore store;

        private Runnable whileReading = () -> {};

        private boolean failDeletes;

        private boolean failReads;

        private boolean failDeadLetters;

        private boolean fenced;

        private @Nullable String unreadable;

        private Set<String> invisible = Set.of();

        private int deletes;

        private int reads;

        private List<Window> windows = List.of();

        private @Nullable Set<String> writers = Set.of();

        private @Nullable Long lastId;

        FailingStore(OutboxStore store) {
            this.store = store;
        }

        @Override
        public void append(List<OutboxRecord> records) {
            this.store.append(records);
        }

        @Override
        public List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
            this.reads++;
            this.windows = List.copyOf(windows);
            this.whileReading.run();
            if (this.failReads) {
                throw new IllegalStateException("reads fail");
            }
            return this.store.read(windows, pausedDestinations).stream()
                    .filter((message) ->
                            !this.invisible.contains(message.record().messageId()))
                    .map(this::damage)
                    .toList();
        }

        private StoredMessage damage(StoredMessage message) {
            return message.record().messageId().equals(this.unreadable)
                    ? new StoredMessage(message.row(), message.record(), new IllegalStateException("damaged"))
                    : message;
        }

        @Override
        public void delete(List<StoredMessage.Row> rows) {
            this.deletes++;
            if (this.failDeletes) {
                throw new IllegalStateException("deletes fail");
            }
            this.store.delete(rows);
        }

        @Override
        public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
            if (this.failDeadLetters) {
                throw new IllegalStateException("dead letters fail");
            }
            return !this.fenced && this.store.moveToDeadLetters(message, lease, failure, cause);
        }

        @Override
        public KeyStates keys() {
            return this.store.keys();
        }

        @Override
        public OutboxBacklog backlog() {
            return this.store.backlog();
        }

        @Override
        public @Nullable Writers writers(Collection<Integer> shards, long beyond) {
            Writers known = this.store.writers(shards, beyond);
            if (known == null || this.writers == null) {
                return null;
            }
            return new Writers((this.lastId != null) ? this.lastId : known.lastId(), this.writers, known.holding());
        }

        private long mark(String key) {
            return this.windows.stream()
                    .filter((window) -> window.shard() == OutboxStoreContract.shardOf(key))
                    .findFirst()
                    .orElseThrow()
                    .after();
        }
    }
}
