package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.ManualTime;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

/** Who sends for a shard, on each database. */
abstract class ShardLeasesContract {

    private final JdbcAccess access;

    private final ManualTime time = new ManualTime();

    private final JdbcShardLeases mine;

    private final JdbcShardLeases theirs;

    ShardLeasesContract(JdbcAccess access) {
        this.access = access;
        this.mine = leases("mine");
        this.theirs = leases("theirs");
    }

    private JdbcShardLeases leases(String owner) {
        return new JdbcShardLeases(this.access, Outboxes.spec(), this.time, owner);
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
        Object before = expiry();
        long sendUntil = held(0).sendUntil();
        this.time.advance(Duration.ofSeconds(3));
        this.mine.renew();
        assertThat(held(0).epoch()).isEqualTo(1);
        assertThat(held(0).sendUntil() - sendUntil)
                .isEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(expiry()).isNotEqualTo(before);
    }

    @Test
    void sendsMayBeginForTheWindowCountedFromBeforeTheRenewalWasAsked() {
        this.mine.renew();
        assertThat(held(0).maySend(this.time.nanoTime())).isTrue();
        this.time.advance(Duration.ofSeconds(5));
        assertThat(held(0).maySend(this.time.nanoTime())).isFalse();
    }

    @Test
    void expiredLeaseIsTakenOverWithTheNextEpoch() {
        this.mine.renew();
        expire(Duration.ZERO);
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
                    return null;
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            Set<Integer> shards = new TreeSet<>();
            racers.forEach((racer) -> racer.held()
                    .keySet()
                    .forEach((shard) -> assertThat(shards.add(shard)).isTrue()));
            assertThat(shards).hasSize(Outboxes.SHARDS);
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
        OutboxSpec same = Outboxes.spec();
        OutboxSpec other = new OutboxSpec(
                "shop",
                same.shards() * 2,
                same.batchSize(),
                same.maxMessageSize(),
                same.lease(),
                same.deliveryTimeout(),
                same.leaseMargin(),
                same.pollMin(),
                same.pollMax(),
                same.memoryCapacity());
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(() -> new JdbcShardLeases(this.access, other, this.time, "other").prepare())
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.OUTBOX_SHARD_MISMATCH);
                    assertThat(ex.action()).contains("integration.outbox.shards=8");
                });
    }

    @Test
    void missingTablesAreExplained() {
        this.access.jdbc().execute("DROP TABLE integration_outbox_meta");
        assertThatExceptionOfType(OutboxConfigurationException.class)
                .isThrownBy(this.mine::prepare)
                .satisfies((ex) -> assertThat(ex.action()).contains("integration.jdbc.initialize-schema"));
    }

    private ShardLease held(int shard) {
        return java.util.Objects.requireNonNull(this.mine.held().get(shard));
    }

    private Object expiry() {
        return java.util.Objects.requireNonNull(this.access
                .jdbc()
                .queryForObject("SELECT expires_at FROM integration_outbox_lease WHERE shard = 0", Object.class));
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
