package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Trap;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;

/** Who sends for a shard, on each database. */
abstract class ShardLeasesContract {

    private static final OutboxSpec LONG_LEASE = spec(Outboxes.SHARDS, Duration.ofHours(1), Duration.ofSeconds(30));

    final JdbcAccess access;

    final ManualTime time = new ManualTime();

    private final FakeSessions sessions = new FakeSessions();

    private final JdbcShardLeases mine;

    private final JdbcShardLeases theirs;

    ShardLeasesContract(JdbcAccess access) {
        this.access = access;
        this.mine = leases("mine");
        this.theirs = leases("theirs");
    }

    private JdbcShardLeases leases(String owner) {
        return leases(owner, Outboxes.spec(), this.time);
    }

    private JdbcShardLeases leases(String owner, OutboxSpec spec, TimeSource used) {
        return new JdbcShardLeases(this.access, spec, used, owner, new Random(), this.sessions.of(owner));
    }

    @BeforeEach
    void prepare() {
        this.mine.prepare();
        this.theirs.prepare();
    }

    @Test
    void firstClaimsEveryShardAndTheOtherGetsNone() {
        this.mine.renew();
        this.theirs.renew();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(this.theirs.held()).isEmpty();
    }

    @Test
    void renewalKeepsTheEpochAndMovesTheEnd() {
        this.mine.renew();
        expire(Duration.ofSeconds(5).negated());
        Object before = expiry(0);
        long sendUntil = held(0).sendUntil();
        this.time.advance(Duration.ofSeconds(3));
        this.mine.renew();
        assertThat(held(0).epoch()).isEqualTo(1);
        assertThat(held(0).sendUntil() - sendUntil)
                .isEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(expiry(0)).isNotEqualTo(before);
    }

    @Test
    void sendsMayBeginForTheWindowCountedFromBeforeTheRenewalWasAsked() {
        this.sessions.putBehindAProxy("mine");
        this.mine.renew();
        this.time.advance(Duration.ofSeconds(5).minusNanos(1));
        assertThat(held(0).maySend(this.time.nanoTime())).isTrue();
        this.time.advance(Duration.ofNanos(1));
        assertThat(held(0).maySend(this.time.nanoTime())).isFalse();
    }

    @Test
    void expiredLeaseIsTakenOverWithTheNextEpoch() {
        this.mine.renew();
        expire(Duration.ZERO);
        notSeenFor("mine", 16);
        this.theirs.renew();
        this.mine.renew();
        assertThat(this.theirs.held()).hasSize(Outboxes.SHARDS);
        assertThat(this.theirs.held().get(0))
                .isNotNull()
                .satisfies((lease) -> assertThat(lease.epoch()).isEqualTo(2));
        assertThat(this.mine.held()).isEmpty();
    }

    @Test
    void ownExpiredLeaseIsClaimedAgainAndNotSilentlyProlonged() {
        this.mine.renew();
        expire(Duration.ZERO);
        this.mine.renew();
        assertThat(held(0).epoch()).isEqualTo(2);
    }

    @Test
    void releasedLeaseIsFreeAtOnce() {
        this.mine.renew();
        this.mine.release();
        this.theirs.renew();
        assertThat(this.mine.held()).isEmpty();
        assertThat(this.theirs.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void claimsThatRaceShareTheShardsWithoutOverlap() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        CyclicBarrier barrier = new CyclicBarrier(4);
        try {
            List<JdbcShardLeases> racers = new ArrayList<>();
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                JdbcShardLeases racer = leases("racer-" + i);
                racers.add(racer);
                ends.add(threads.submit(() -> {
                    barrier.await();
                    racer.prepare();
                    racer.renew();
                    racer.renew();
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            settle(racers, Outboxes.SHARDS);
            assertThat(racers).allSatisfy((racer) -> assertThat(racer.held()).hasSize(Outboxes.SHARDS / 4));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void failedRenewalKeepsWhatIsHeldUntilItsOwnEndAndTheNextOneWorksAgain() {
        this.mine.renew();
        long sendUntil = held(0).sendUntil();
        this.access.jdbc().execute("ALTER TABLE integration_outbox_lease RENAME TO elsewhere");
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.mine::renew);
        this.access.jdbc().execute("ALTER TABLE elsewhere RENAME TO integration_outbox_lease");
        assertThat(held(0).sendUntil()).isEqualTo(sendUntil);
        this.mine.renew();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void renewalNeedsNothingFromAnExhaustedPool() throws Exception {
        this.mine.renew();
        List<Connection> taken = new ArrayList<>();
        try {
            for (int i = 0; i < 15; i++) {
                taken.add(this.access.dataSource().getConnection());
            }
            this.mine.renew();
            assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        } finally {
            for (Connection connection : taken) {
                connection.close();
            }
        }
    }

    @Test
    void anotherNumberOfShardsIsRefused() {
        OutboxSpec other = specOf(Outboxes.SHARDS * 2);
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> leases("other", other, this.time).prepare())
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_SHARD_MISMATCH);
                    assertThat(ex.action()).contains("integration.outbox.shards=8");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"integration_outbox_meta", "integration_outbox_lease", "integration_outbox_instance"})
    void missingTablesAreExplained(String table) {
        this.access.jdbc().execute("DROP TABLE " + table);
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(this.mine::prepare)
                .satisfies((ex) -> assertThat(ex.action()).contains("integration.jdbc.initialize-schema"));
    }

    @Test
    void looksAreAQuarterOfTheGraceApartAndNeverRarerThanRenewals() {
        assertThat(this.mine.watchInterval()).isEqualTo(Duration.ofMillis(250));
        assertThat(leases("slow", spec(8, Duration.ofSeconds(15), Duration.ofSeconds(14)), this.time)
                        .watchInterval())
                .isEqualTo(this.mine.interval());
        assertThat(leases("off", spec(8, Duration.ofSeconds(15), Duration.ZERO), this.time)
                        .watchInterval())
                .isEqualTo(Duration.ofMillis(250));
    }

    @Test
    @Trap(9)
    void instancesThatComeAndGoShareTheShardsAndEachShardMovesAtMostOnceAChange() {
        OutboxSpec spec = specOf(64);
        this.access.jdbc().update("DELETE FROM integration_outbox_meta");
        List<JdbcShardLeases> running = new ArrayList<>();
        for (int instances = 1; instances <= 5; instances++) {
            JdbcShardLeases more = leases("instance-" + instances, spec, this.time);
            more.prepare();
            running.add(more);
            Map<Integer, Long> before = epochs();
            settle(running, 64);
            assertMovedAtMostOnce(before);
            assertShared(running, 64);
        }
        for (int instances = 4; instances >= 2; instances--) {
            running.remove(0).release();
            Map<Integer, Long> before = epochs();
            settle(running, 64);
            assertMovedAtMostOnce(before);
            assertShared(running, 64);
        }
    }

    @Test
    void severalThatLeaveAtOnceAreReplacedByTheirShare() {
        List<JdbcShardLeases> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            running.add(leases("instance-" + i));
        }
        settle(running, Outboxes.SHARDS);
        running.remove(3).release();
        running.remove(0).release();
        settle(running, Outboxes.SHARDS);
        assertThat(running).allSatisfy((one) -> assertThat(one.held()).hasSize(4));
    }

    @Test
    void surplusIsNotSentForAnyMoreButHeldUntilTheRelayHasEndedIt() {
        this.mine.renew();
        this.theirs.renew();
        this.mine.renew();
        assertThat(this.mine.held()).containsOnlyKeys(0, 1, 2, 3);
        assertThat(this.mine.yielding()).containsExactlyInAnyOrder(4, 5, 6, 7);
        this.theirs.renew();
        assertThat(this.theirs.held()).isEmpty();
        this.mine.yielded(5);
        this.theirs.renew();
        assertThat(this.theirs.held()).isEmpty();
        this.mine.watch();
        this.theirs.watch();
        assertThat(this.theirs.held()).containsOnlyKeys(5);
        assertThat(this.mine.yielding()).containsExactlyInAnyOrder(4, 6, 7);
    }

    @Test
    void yieldingShardIsRenewedUntilItIsGivenBack() {
        this.mine.renew();
        this.theirs.renew();
        this.mine.renew();
        Object before = expiry(7);
        expire(Duration.ofSeconds(5).negated());
        this.mine.renew();
        assertThat(expiry(7)).isNotEqualTo(before);
        assertThat(this.mine.yielding()).contains(7);
        assertThat(this.mine.held()).doesNotContainKey(7);
    }

    @Test
    void shardThatDoesNotYieldIsNotGivenBack() {
        this.mine.renew();
        this.mine.yielded(0);
        this.theirs.renew();
        this.mine.renew();
        this.theirs.renew();
        assertThat(this.mine.held()).containsKey(0);
        assertThat(this.theirs.held()).isEmpty();
    }

    @Test
    void whatWasSaidOfALeaseThatIsLostIsNotTakenForTheNextOne() {
        this.mine.renew();
        this.theirs.renew();
        this.mine.renew();
        this.mine.yielded(7);
        expire(Duration.ZERO);
        notSeenFor("theirs", 16);
        this.mine.renew();
        assertThat(held(7).epoch()).isEqualTo(2);
        this.theirs.renew();
        this.mine.renew();
        this.mine.watch();
        this.theirs.renew();
        assertThat(this.mine.yielding()).contains(7);
        assertThat(this.theirs.held()).isEmpty();
    }

    @Test
    void instanceNotSeenWithinALeaseHasNoShareAndIsForgottenLater() {
        this.mine.renew();
        this.theirs.renew();
        notSeenFor("theirs", 16);
        this.mine.renew();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(owners()).containsExactlyInAnyOrder("mine", "theirs");
        notSeenFor("theirs", 151);
        this.mine.renew();
        assertThat(owners()).containsExactly("mine");
        this.theirs.renew();
        assertThat(owners()).containsExactlyInAnyOrder("mine", "theirs");
    }

    @Test
    @Trap(10)
    void wallClocksThatDifferByTwentyMinutesChangeNothing() {
        ManualTime early = new ManualTime();
        ManualTime late = new ManualTime();
        late.advance(Duration.ofMinutes(20));
        List<JdbcShardLeases> running =
                List.of(leases("early", Outboxes.spec(), early), leases("late", Outboxes.spec(), late));
        settle(running, Outboxes.SHARDS);
        Map<Integer, Long> before = epochs();
        for (int i = 0; i < 20; i++) {
            running.forEach(JdbcShardLeases::renew);
        }
        assertThat(running).allSatisfy((one) -> assertThat(one.held()).hasSize(4));
        assertThat(epochs()).isEqualTo(before);
        running.forEach((one) -> assertThat(one.held().values())
                .allSatisfy((lease) -> assertThat(lease.maySend((one == running.get(0) ? early : late).nanoTime()))
                        .isTrue()));
    }

    @Test
    void instanceWithoutItsSessionIsReplacedAfterTheGraceAndWithTheNextEpoch() {
        this.theirs.renew();
        this.mine.renew();
        this.sessions.kill("theirs");
        this.mine.watch();
        this.time.advance(Duration.ofMillis(999));
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        this.time.advance(Duration.ofMillis(1));
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(held(0).epoch()).isEqualTo(2);
        assertThat(owners()).containsExactly("mine");
    }

    @Test
    void oneLookIsNotEnoughHoweverLongAgoTheLastWas() {
        this.theirs.renew();
        this.mine.renew();
        this.time.advance(Duration.ofMinutes(1));
        this.sessions.kill("theirs");
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
    }

    @Test
    void instanceThatDiedBeforeItsFirstClaimLeavesNoShardFree() {
        this.theirs.renew();
        this.mine.renew();
        this.theirs.renew();
        settle(List.of(this.theirs), 4);
        this.sessions.kill("mine");
        this.theirs.watch();
        this.time.advance(Duration.ofSeconds(1));
        this.theirs.watch();
        assertThat(this.theirs.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    @Trap(3)
    void pausedInstanceKeepsItsSessionSoOthersWaitForTheEndOfItsLease() {
        this.theirs.renew();
        this.mine.renew();
        for (int i = 0; i < 20; i++) {
            this.time.advance(Duration.ofSeconds(1));
            this.mine.watch();
            assertThat(this.mine.held()).isEmpty();
        }
        assertThat(this.theirs.held().values())
                .noneSatisfy((lease) ->
                        assertThat(lease.maySend(this.time.nanoTime())).isTrue());
        expire(Duration.ZERO);
        notSeenFor("theirs", 16);
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        this.theirs.watch();
        assertThat(this.theirs.held()).isEmpty();
    }

    @Test
    void noSendBeginsLaterThanHalfTheGraceAfterTheLastProofWasAsked() {
        this.mine.renew();
        this.time.advance(Duration.ofMillis(499));
        assertThat(held(0).maySend(this.time.nanoTime())).isTrue();
        this.time.advance(Duration.ofMillis(1));
        assertThat(held(0).maySend(this.time.nanoTime())).isFalse();
        this.mine.watch();
        assertThat(held(0).maySend(this.time.nanoTime())).isTrue();
        assertThat(held(0).epoch()).isEqualTo(1);
    }

    @Test
    void proofCountsFromBeforeItWasAskedFor() {
        this.sessions.whileAsked(() -> this.time.advance(Duration.ofMillis(300)));
        long asked = this.time.nanoTime();
        this.mine.renew();
        assertThat(Duration.ofNanos(held(0).sendUntil() - asked)).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void missedSessionCountsFromAfterTheAnswer() {
        this.theirs.renew();
        this.mine.renew();
        this.sessions.kill("theirs");
        this.sessions.whileAsked(() -> this.time.advance(Duration.ofMillis(600)));
        this.mine.watch();
        this.sessions.whileAsked(() -> {});
        this.time.advance(Duration.ofMillis(999));
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        this.time.advance(Duration.ofMillis(1));
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void whatWasSeenBeforeItsOwnSessionWasLostProvesNothing() {
        this.theirs.renew();
        this.mine.renew();
        this.sessions.kill("theirs");
        this.mine.watch();
        this.sessions.kill("mine");
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.mine::watch);
        this.sessions.repair("mine");
        this.time.advance(Duration.ofSeconds(2));
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        this.time.advance(Duration.ofSeconds(1));
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void proofsDoNotProlongTheLease() {
        this.mine.renew();
        long end = this.time.nanoTime() + Outboxes.spec().sendWindow().toNanos();
        for (int i = 0; i < 6; i++) {
            this.time.advance(Duration.ofMillis(250));
            this.mine.watch();
        }
        assertThat(held(0).sendUntil() - end).isNegative();
        Object before = expiry(0);
        this.mine.watch();
        assertThat(expiry(0)).isEqualTo(before);
        this.time.advance(Duration.ofMillis(250));
        this.mine.watch();
        assertThat(expiry(0)).isNotEqualTo(before);
    }

    @Test
    void lossOfTheSessionDropsEverythingAtOnceAndTheNextSessionClaimsItAnew() {
        this.mine.renew();
        Long key = this.sessions.keyOf("mine");
        this.sessions.kill("mine");
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.mine::watch);
        assertThat(this.mine.held()).isEmpty();
        this.sessions.repair("mine");
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(held(0).epoch()).isEqualTo(2);
        assertThat(this.sessions.keyOf("mine")).isNotNull().isNotEqualTo(key);
        assertThat(sessionKey("mine")).isEqualTo(this.sessions.keyOf("mine"));
    }

    @Test
    void instanceThatCameBackWithANewSessionIsAlive() {
        this.theirs.renew();
        this.mine.renew();
        this.sessions.kill("theirs");
        this.mine.watch();
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.theirs::watch);
        this.sessions.repair("theirs");
        this.theirs.watch();
        this.time.advance(Duration.ofSeconds(2));
        this.mine.watch();
        this.time.advance(Duration.ofSeconds(2));
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        assertThat(this.theirs.held().size() + this.theirs.yielding().size()).isEqualTo(Outboxes.SHARDS);
    }

    @Test
    void anotherSessionThatIsMissedHasAGraceOfItsOwn() {
        this.theirs.renew();
        this.mine.renew();
        this.sessions.kill("theirs");
        this.mine.watch();
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.theirs::watch);
        this.sessions.repair("theirs");
        this.theirs.watch();
        this.sessions.kill("theirs");
        this.time.advance(Duration.ofSeconds(2));
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        this.time.advance(Duration.ofSeconds(1));
        this.mine.watch();
        assertThat(this.mine.held()).isNotEmpty();
    }

    @Test
    void leasesThatWereClaimedAnewAreNotEndedByOneWhoReadThemBefore() {
        JdbcOperations jdbc = this.access.jdbc();
        LeaseTable table = LeaseTable.of(this.access.database(), Duration.ofSeconds(15));
        table.seen(jdbc, "back", 1L);
        assertThat(table.claim(jdbc, "back", 5)).hasSize(5);
        List<LeaseTable.Claim> read = table.held(jdbc, "back", 1L);
        assertThat(read).hasSize(5);
        table.seen(jdbc, "back", 2L);
        table.claimAnew(jdbc, "back");
        table.end(jdbc, "back", read);
        table.forget(jdbc, "back", 1L);
        assertThat(table.held(jdbc, "back", 2L)).hasSize(5);
        assertThat(table.held(jdbc, "back", 1L)).isEmpty();
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    @Trap(15)
    void lockThatIsHeldElsewhereIsSaidOnceAndOnlyTheLeaseCounts(CapturedOutput output) {
        this.sessions.putBehindAProxy("mine");
        this.mine.renew();
        this.mine.renew();
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(sessionKey("mine")).isNull();
        assertThat(output.toString().split("integration.outbox.session-grace", -1))
                .hasSize(2);
        this.time.advance(Duration.ofSeconds(4));
        assertThat(held(0).maySend(this.time.nanoTime())).isTrue();
        this.theirs.watch();
        this.time.advance(Duration.ofSeconds(4));
        this.theirs.watch();
        assertThat(this.theirs.held()).isEmpty();
    }

    @Test
    void lockThatGoesWhileTheConnectionWorksCostsTheLeasesAndIsNotTakenAgain() {
        this.mine.renew();
        this.sessions.kill("mine");
        this.sessions.repair("mine");
        this.mine.watch();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(held(0).epoch()).isEqualTo(2);
        assertThat(sessionKey("mine")).isNull();
    }

    @Test
    void withoutAGraceNobodyTakesALock() {
        OutboxSpec off = spec(Outboxes.SHARDS, Outboxes.spec().lease(), Duration.ZERO);
        JdbcShardLeases without = leases("without", off, this.time);
        without.renew();
        assertThat(this.sessions.keyOf("without")).isNull();
        assertThat(sessionKey("without")).isNull();
        assertThat(without.held()).hasSize(Outboxes.SHARDS);
    }

    @Test
    void releaseEndsTheSessionAndForgetsTheInstance() {
        this.mine.renew();
        this.mine.release();
        assertThat(owners()).isEmpty();
        assertThat(this.sessions.keyOf("mine")).isNull();
        this.mine.renew();
        assertThat(this.mine.held()).hasSize(Outboxes.SHARDS);
        assertThat(sessionKey("mine")).isNotNull();
    }

    @Test
    @Trap(9)
    void relaysThatComeAndGoKeepTheOrderOfEachKeyAndRepeatNothing() {
        OutboxStore store = Outboxes.store(this.access, LONG_LEASE, () -> {
            throw new IllegalStateException("nothing is refused");
        });
        RecordingDestination orders = new RecordingDestination("orders").holdBack();
        Random random = new Random(11);
        Map<String, List<String>> published = new TreeMap<>();
        List<Relay> running = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            if (round % 6 == 0 && round < 30) {
                running.add(new Relay("instance-" + round, store, orders));
            }
            if (round % 6 == 0 && round > 36) {
                endSome(orders, () -> true);
                running.remove(random.nextInt(running.size())).leave();
            }
            String key = "k" + random.nextInt(10);
            for (int i = 0; i < 3; i++) {
                String id = "%s-%d-%d".formatted(key, round, i);
                published.computeIfAbsent(key, (any) -> new ArrayList<>()).add(id);
                store.append(List.of(Outboxes.record(id, key)));
            }
            endSome(orders, random::nextBoolean);
            running.forEach(Relay::goOn);
        }
        assertThat(running).hasSize(2);
        for (int round = 0; round < 200; round++) {
            endSome(orders, () -> true);
            running.forEach(Relay::goOn);
        }
        Map<String, List<String>> sent = orders.ids().stream()
                .collect(Collectors.groupingBy((id) -> id.substring(0, 2), TreeMap::new, Collectors.toList()));
        assertThat(sent).isEqualTo(published);
        assertThat(store.backlog().messages()).isZero();
    }

    private static void endSome(RecordingDestination orders, BooleanSupplier whether) {
        orders.sent().stream().filter((sent) -> whether.getAsBoolean()).forEach((sent) -> sent.end(null));
    }

    /** An instance that is one step of the relay and one of the lease thread at a time. */
    private final class Relay {

        private final JdbcShardLeases leases;

        private final RelayLoop loop;

        private final RelayEvents events = new RelayEvents();

        Relay(String owner, OutboxStore store, MessageDestination destination) {
            this.leases = ShardLeasesContract.this.leases(owner, LONG_LEASE, ShardLeasesContract.this.time);
            this.loop = new RelayLoop(
                    LONG_LEASE,
                    store,
                    this.leases,
                    new Destinations(List.of(destination)),
                    Outboxes.pauses(),
                    ShardLeasesContract.this.time,
                    this.events,
                    new RelayCounters(),
                    null);
        }

        void goOn() {
            this.leases.renew();
            ShardLeasesContract.this.time.advance(Duration.ofMillis(25));
            this.events.wake();
            this.loop.step(null);
        }

        void leave() {
            assertThat(this.loop.drain(null)).isTrue();
            this.leases.release();
        }
    }

    /** Lets all of them go on until nothing changes any more; no shard is ever held by two. */
    private static void settle(List<JdbcShardLeases> running, int shards) {
        for (int round = 0; round < 8; round++) {
            for (JdbcShardLeases one : running) {
                one.renew();
                one.yielding().forEach(one::yielded);
                one.watch();
                List<Integer> owned = running.stream()
                        .flatMap((each) -> Stream.concat(each.held().keySet().stream(), each.yielding().stream()))
                        .toList();
                assertThat(owned).doesNotHaveDuplicates();
            }
        }
        assertThat(running.stream().mapToInt((one) -> one.held().size()).sum()).isEqualTo(shards);
        assertThat(running).allSatisfy((one) -> assertThat(one.yielding()).isEmpty());
    }

    private static void assertShared(List<JdbcShardLeases> running, int shards) {
        int share = (shards + running.size() - 1) / running.size();
        assertThat(running).allSatisfy((one) -> assertThat(one.held()).hasSizeLessThanOrEqualTo(share));
    }

    private void assertMovedAtMostOnce(Map<Integer, Long> before) {
        epochs().forEach((shard, epoch) ->
                assertThat(epoch - before.getOrDefault(shard, 0L)).isBetween(0L, 1L));
    }

    private Map<Integer, Long> epochs() {
        Map<Integer, Long> epochs = new TreeMap<>();
        this.access.jdbc().query("SELECT shard, epoch FROM integration_outbox_lease", (row) -> {
            epochs.put(row.getInt(1), row.getLong(2));
        });
        return epochs;
    }

    private static OutboxSpec specOf(int shards) {
        return spec(shards, Outboxes.spec().lease(), Outboxes.spec().sessionGrace());
    }

    private static OutboxSpec spec(int shards, Duration lease, Duration sessionGrace) {
        OutboxSpec same = Outboxes.spec();
        return new OutboxSpec(
                "shop",
                shards,
                same.batchSize(),
                same.maxMessageSize(),
                lease,
                same.deliveryTimeout(),
                same.leaseMargin(),
                same.pollMin(),
                same.pollMax(),
                same.memoryCapacity(),
                sessionGrace,
                same.publishing(),
                same.destinations(),
                same.reading());
    }

    private List<String> owners() {
        return this.access.jdbc().queryForList("SELECT owner FROM integration_outbox_instance", String.class);
    }

    private @Nullable Long sessionKey(String owner) {
        return this.access
                .jdbc()
                .queryForObject(
                        "SELECT session_key FROM integration_outbox_instance WHERE owner = ?", Long.class, owner);
    }

    /** Makes the database believe that an instance was last seen that long ago. */
    private void notSeenFor(String owner, int seconds) {
        this.access
                .jdbc()
                .update(
                        "UPDATE integration_outbox_instance SET seen_at = %s - INTERVAL '%d' SECOND WHERE owner = ?"
                                .formatted(this.access.database().clock(), seconds),
                        owner);
    }

    private ShardLease held(int shard) {
        return Objects.requireNonNull(this.mine.held().get(shard));
    }

    private Object expiry(int shard) {
        return Objects.requireNonNull(this.access
                .jdbc()
                .queryForObject(
                        "SELECT expires_at FROM integration_outbox_lease WHERE shard = ?", Object.class, shard));
    }

    /** Ends all leases this long ago (in the future if negative), by the database's clock. */
    private void expire(Duration ago) {
        this.access
                .jdbc()
                .update("UPDATE integration_outbox_lease SET expires_at = %s - INTERVAL '%d' SECOND"
                        .formatted(this.access.database().clock(), ago.toSeconds())
                        .replace("- INTERVAL '-", "+ INTERVAL '"));
    }
}
