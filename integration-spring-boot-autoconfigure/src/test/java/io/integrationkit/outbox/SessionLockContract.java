package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.SessionLock.Holder;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** With the session locks of the database itself: a session that ends takes its lock with it, a pause does not. */
abstract class SessionLockContract extends ShardLeasesContract {

    private final Cable theirCable = new Cable(this.access);

    private final JdbcShardLeases mine = leases("mine", new Cable(this.access));

    private final JdbcShardLeases theirs = leases("theirs", this.theirCable);

    private final SessionLock lock = Objects.requireNonNull(SessionLock.of(this.access.database()));

    SessionLockContract(JdbcAccess access) {
        super(access);
    }

    /** Ends the session that holds the lock, as an operator of the database would. */
    abstract void endHolder(long key);

    private JdbcShardLeases leases(String owner, Cable cable) {
        JdbcAccess own = new JdbcAccess(cable, this.access.transactionManager(), this.access.database());
        return new JdbcShardLeases(own, Outboxes.spec(), this.time, owner, new Random());
    }

    @Test
    void holderOfALockIsSeenFromItsOwnSessionAndFromOthers() throws Exception {
        try (Connection first = this.access.dataSource().getConnection();
                Connection second = this.access.dataSource().getConnection()) {
            JdbcTemplate here = new JdbcTemplate(new SingleConnectionDataSource(first, true));
            JdbcTemplate there = new JdbcTemplate(new SingleConnectionDataSource(second, true));
            List<Long> keys = List.of(1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0x8000_0000L, 0x1_0000_0000L);
            for (long key : keys) {
                this.lock.take(here, key);
                assertThat(this.lock.holders(here, List.of(key))).isEqualTo(Map.of(key, Holder.HERE));
                assertThat(this.lock.holders(there, List.of(key))).isEqualTo(Map.of(key, Holder.ELSEWHERE));
            }
            this.lock.giveUp(here, 1L);
            this.lock.giveUp(there, -1L);
            assertThat(this.lock.holders(there, List.of(1L, -1L, 7L)))
                    .isEqualTo(Map.of(1L, Holder.NOBODY, -1L, Holder.ELSEWHERE, 7L, Holder.NOBODY));
            keys.forEach((key) -> this.lock.giveUp(here, key));
        }
    }

    @Test
    void sessionThatTheDatabaseEndsIsLostAtOnceAndTheNextClaimsAnew() {
        this.mine.renew();
        long key = key("mine");
        endHolder(key);
        awaitNobodyHolds(key);
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.mine::watch);
        assertThat(this.mine.held()).isEmpty();
        this.mine.watch();
        assertThat(this.mine.held())
                .hasSize(Outboxes.SHARDS)
                .allSatisfy((shard, lease) -> assertThat(lease.epoch()).isEqualTo(2));
        assertThat(key("mine")).isNotEqualTo(key);
    }

    @Test
    void instanceWhoseConnectionIsCutIsReplacedAfterTheGraceAndOneThatPausesIsNot() throws Exception {
        this.theirs.renew();
        this.mine.renew();
        for (int i = 0; i < 5; i++) {
            this.time.advance(Duration.ofSeconds(1));
            this.mine.watch();
            assertThat(this.mine.held()).isEmpty();
        }
        long key = key("theirs");
        this.theirCable.cut();
        awaitNobodyHolds(key);
        this.mine.watch();
        assertThat(this.mine.held()).isEmpty();
        this.time.advance(Duration.ofSeconds(1));
        this.mine.watch();
        assertThat(this.mine.held())
                .hasSize(Outboxes.SHARDS)
                .allSatisfy((shard, lease) -> assertThat(lease.epoch()).isEqualTo(2));
    }

    @Test
    void connectionThatGoesBackToItsPoolTakesNoLockWithIt() {
        this.mine.renew();
        long key = key("mine");
        assertThat(holder(key)).isEqualTo(Holder.ELSEWHERE);
        this.mine.release();
        assertThat(holder(key)).isEqualTo(Holder.NOBODY);
    }

    private long key(String owner) {
        return Objects.requireNonNull(this.access
                .jdbc()
                .queryForObject(
                        "SELECT session_key FROM integration_outbox_instance WHERE owner = ?", Long.class, owner));
    }

    private @Nullable Holder holder(long key) {
        return this.lock.holders(this.access.jdbc(), List.of(key)).get(key);
    }

    private void awaitNobodyHolds(long key) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> holder(key) == Holder.NOBODY);
    }

    /** A data source whose last connection can be cut, as when its process dies. */
    private static final class Cable extends DelegatingDataSource {

        private @Nullable Connection last;

        Cable(JdbcAccess access) {
            super(access.dataSource());
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            this.last = connection;
            return connection;
        }

        void cut() throws SQLException {
            Objects.requireNonNull(this.last).unwrap(Connection.class).abort(Runnable::run);
        }
    }
}
