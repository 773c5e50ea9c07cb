package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A table that is put back to an earlier state under a relay that goes on. */
class PostgresRestoreTests {

    private static final Duration A_READ = Duration.ofMillis(250);

    private final ManualTime time = new ManualTime();

    private final RecordingDestination orders = new RecordingDestination("orders");

    private final JdbcAccess access = PostgresDatabase.access();

    private final JdbcOutboxStore store =
            Outboxes.store(this.access, Outboxes.spec(), () -> Outboxes.deadLetters(this.access, () -> null));

    private final MemoryShardLeases leases = new MemoryShardLeases(Outboxes.spec(), this.time, "me");

    private final RelayLoop loop = new RelayLoop(
            Outboxes.spec(),
            this.store,
            this.leases,
            new Destinations(List.of(this.orders)),
            Outboxes.pauses(),
            this.time,
            new RelayEvents(),
            new RelayCounters(),
            null);

    /** The mark is beyond all ids that are drawn from now on. */
    @Test
    @Trap(12)
    void idsThatBeginAgainAreFoundByTheNextSweep() {
        this.leases.renew();
        append(IntStream.range(0, 10));
        read();
        read();
        assertThat(this.orders.ids()).hasSize(10);
        read();
        this.access.jdbc().execute("TRUNCATE integration_outbox RESTART IDENTITY");
        append(IntStream.range(8, 12));
        read();
        assertThat(this.orders.ids()).hasSize(10);
        this.time.advance(Outboxes.spec().reading().sweepInterval());
        read();
        assertThat(this.orders.ids().subList(10, 14)).containsExactly("m8", "m9", "m10", "m11");
        assertThat(this.store.backlog().messages()).isZero();
    }

    /** What was delivered and deleted comes back; it is sent once more, before what is new. */
    @Test
    @Trap(12)
    void rowsThatABackupBringsBackAreSentAgainInOrder() {
        this.leases.renew();
        append(IntStream.range(0, 4));
        this.access.jdbc().execute("CREATE TABLE backup AS SELECT * FROM integration_outbox");
        read();
        read();
        this.access
                .jdbc()
                .execute("INSERT INTO integration_outbox OVERRIDING SYSTEM VALUE SELECT * FROM backup WHERE id > 2");
        append(IntStream.range(4, 5));
        this.time.advance(Outboxes.spec().reading().sweepInterval());
        read();
        assertThat(this.orders.ids()).containsExactly("m0", "m1", "m2", "m3", "m2", "m3", "m4");
        assertThat(this.store.backlog().messages()).isZero();
    }

    private void append(IntStream numbers) {
        this.store.append(numbers.mapToObj((i) -> Outboxes.record("m" + i, "a")).toList());
    }

    private void read() {
        this.time.advance(A_READ);
        for (int i = 0; i < 10; i++) {
            this.loop.step(null);
        }
    }
}
