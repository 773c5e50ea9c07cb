package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Trap;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

class PostgresSignalsTests {

    private final JdbcAccess access = PostgresDatabase.access();

    private final List<RelaySignals> started = new ArrayList<>();

    @AfterEach
    void stop() {
        this.started.forEach(RelaySignals::stop);
    }

    @Test
    void otherInstanceIsWokenByWhatIsPublishedHereAndThisOneIsNot() throws Exception {
        Semaphore here = new Semaphore(0);
        Semaphore there = new Semaphore(0);
        RelaySignals one = start("one", holdingNothing(), here);
        start("two", holdingNothing(), there);
        await(here);
        await(there);
        one.published();
        await(there);
        assertThat(here.availablePermits()).isZero();
    }

    @Test
    void nobodyIsToldAnythingWhileThisInstanceHoldsAllShards() throws Exception {
        Semaphore woken = new Semaphore(0);
        RelaySignals alone = start("alone", holdingEverything(), woken);
        RelaySignals other = start("other", holdingNothing(), woken);
        try (Connection connection = this.access.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("LISTEN integration_outbox");
            alone.published();
            other.published();
            var heard = connection.unwrap(PGConnection.class).getNotifications(60_000);
            assertThat(heard[0].getParameter()).isEqualTo("other");
            statement.execute("UNLISTEN *");
        }
    }

    @Test
    @Trap(15)
    void lostConnectionsAreReplacedAndWhatWasMissedIsLookedUp() throws Exception {
        Semaphore there = new Semaphore(0);
        RelaySignals one = start("one", holdingNothing(), new Semaphore(0));
        start("two", holdingNothing(), there);
        await(there);
        one.published();
        await(there);
        this.access.jdbc().queryForList("""
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                WHERE datname = current_database() AND pid <> pg_backend_pid()""");
        await(there);
        one.published();
        await(there);
    }

    @Test
    void connectionThatIsGivenBackDoesNotListenAnyMore() throws Exception {
        Semaphore woken = new Semaphore(0);
        RelaySignals one = start("one", holdingNothing(), woken);
        await(woken);
        one.stop();
        for (int tries = 0; active() > 1; tries++) {
            assertThat(tries).isLessThan(600);
            TimeSource.system().sleep(Duration.ofMillis(100));
        }
        List<Connection> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            all.add(this.access.dataSource().getConnection());
        }
        for (Connection connection : all) {
            try (Statement statement = connection.createStatement();
                    var rows = statement.executeQuery("SELECT count(*) FROM pg_listening_channels()")) {
                rows.next();
                assertThat(rows.getInt(1)).isZero();
            }
            connection.close();
        }
    }

    @Test
    void signalsCanBeSwitchedOff() {
        assertThat(PostgresSignals.of(this.access, Outboxes.spec(), holdingNothing(), "one"))
                .isSameAs(RelaySignals.NONE);
    }

    private int active() {
        return ((com.zaxxer.hikari.HikariDataSource) this.access.dataSource())
                        .getHikariPoolMXBean()
                        .getActiveConnections()
                + 1;
    }

    private RelaySignals start(String owner, ShardLeases leases, Semaphore woken) {
        RelaySignals signals = new PostgresSignals(this.access.dataSource(), Outboxes.spec(), leases, owner);
        this.started.add(signals);
        signals.start(woken::release);
        return signals;
    }

    private static void await(Semaphore woken) throws InterruptedException {
        assertThat(woken.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
    }

    private static ShardLeases holdingNothing() {
        return new MemoryShardLeases(Outboxes.spec(), TimeSource.system(), "me");
    }

    private static ShardLeases holdingEverything() {
        ShardLeases leases = holdingNothing();
        leases.prepare();
        leases.renew();
        return leases;
    }
}
