package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.SessionLock.Holder;
import io.integrationkit.testsupport.PostgresDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class PostgresShardLeasesTests extends ShardLeasesContract {

    private final Cable theirCable = new Cable(this.access);

    private final JdbcShardLeases mine = leases("mine", new Cable(this.access));

    private final JdbcShardLeases theirs = leases("theirs", this.theirCable);

    PostgresShardLeasesTests() {
        super(PostgresDatabase.access());
    }

    /** With the locks of the database itself. */
    private JdbcShardLeases leases(String owner, Cable cable) {
        JdbcAccess own = new JdbcAccess(cable, this.access.transactionManager(), Database.POSTGRESQL);
        return new JdbcShardLeases(own, Outboxes.spec(), this.time, owner, new Random());
    }

    @Test
    void holderOfALockIsSeenFromItsOwnSessionAndFromOthers() throws Exception {
        PostgresSessionLock lock = new PostgresSessionLock();
        try (Connection first = this.access.dataSource().getConnection();
                Connection second = this.access.dataSource().getConnection()) {
            JdbcTemplate here = new JdbcTemplate(new SingleConnectionDataSource(first, true));
            JdbcTemplate there = new JdbcTemplate(new SingleConnectionDataSource(second, true));
            List<Long> keys = List.of(1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, 0x8000_0000L, 0x1_0000_0000L);
            for (long key : keys) {
                lock.take(here, key);
                assertThat(lock.holders(here, List.of(key))).isEqualTo(Map.of(key, Holder.HERE));
                assertThat(lock.holders(there, List.of(key))).isEqualTo(Map.of(key, Holder.ELSEWHERE));
            }
            lock.giveUp(here, 1L);
            lock.giveUp(there, -1L);
            assertThat(lock.holders(there, List.of(1L, -1L, 7L)))
                    .isEqualTo(Map.of(1L, Holder.NOBODY, -1L, Holder.ELSEWHERE, 7L, Holder.NOBODY));
            keys.forEach((key) -> lock.giveUp(here, key));
        }
    }

    @Test
    void sessionThatTheDatabaseEndsIsLostAtOnceAndTheNextClaimsAnew() {
        this.mine.renew();
        Long key = key("mine");
        assertThat(this.access.jdbc().queryForList("""
                        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")).hasSize(1);
        awaitNoLock();
        assertThatExceptionOfType(DataAccessException.class).isThrownBy(this.mine::watch);
        assertThat(this.mine.held()).isEmpty();
        this.mine.watch();
        assertThat(this.mine.held())
                .hasSize(Outboxes.SHARDS)
                .allSatisfy((shard, lease) -> assertThat(lease.epoch()).isEqualTo(2));
        assertThat(key("mine")).isNotNull().isNotEqualTo(key);
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
        this.theirCable.cut();
        awaitNoLockButMine();
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
        assertThat(locks()).isEqualTo(1);
        this.mine.release();
        assertThat(locks()).isZero();
    }

    private @Nullable Long key(String owner) {
        return this.access
                .jdbc()
                .queryForObject(
                        "SELECT session_key FROM integration_outbox_instance WHERE owner = ?", Long.class, owner);
    }

    private void awaitNoLock() {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> locks() == 0);
    }

    private void awaitNoLockButMine() {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> locks() == 1);
    }

    private int locks() {
        return this.access.jdbc().queryForList("""
                        SELECT pid FROM pg_locks WHERE locktype = 'advisory' \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""", Integer.class).size();
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
            java.util.Objects.requireNonNull(this.last)
                    .unwrap(org.postgresql.jdbc.PgConnection.class)
                    .abort(Runnable::run);
        }
    }
}
