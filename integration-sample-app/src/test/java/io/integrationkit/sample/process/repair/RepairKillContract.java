package io.integrationkit.sample.process.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.BrokerServer;
import io.integrationkit.sample.process.DatabaseProduct;
import io.integrationkit.sample.process.DatabaseServer;
import io.integrationkit.sample.process.Patience;
import io.integrationkit.sample.process.ServiceProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two instances take orders while something is down, so that calls, messages and records become dead letters, for a while
 * with nowhere to store them. Then it works again: a job that all instances share and operators at each of them replay the
 * same entries at the same time, while orders of the same customers go on, and instances are killed and started again.
 * Afterwards each order has had each effect once. {@code mvn -Pprocess verify}; more strikes and another seed: {@code
 * -Drepair.kill.rounds=20 -Drepair.kill.seed=7}.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 15, unit = TimeUnit.MINUTES)
abstract class RepairKillContract {

    private static final int ROUNDS = Integer.getInteger("repair.kill.rounds", 4);

    private static final long SEED = Long.getLong("repair.kill.seed", 42);

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final int CALLS = 60;

    private static final int MESSAGES = 120;

    private static final int PARTITIONS = 3;

    private final TimeSource time = TimeSource.system();

    private final Patience patience = new Patience(this.time, PATIENCE);

    private final SplittableRandom random = new SplittableRandom(SEED);

    private final DatabaseProduct product;

    private final List<ServiceProcess> instances = new ArrayList<>();

    private final List<AutoCloseable> servers = new ArrayList<>();

    private RepairTables tables;

    RepairKillContract(DatabaseProduct product) {
        this.product = product;
    }

    @BeforeAll
    void repair() throws Exception {
        assumeTrue(this.product.runsHere(), () -> "there are no binaries of " + name() + " for this machine");
        System.out.printf("Repair on %s, seed %d%n", name(), SEED);
        start();
        this.tables.turn(Switch.TRAFFIC, true);
        awaitMore(40, "orders before anything is down");
        this.tables.turn(Switch.DOWN, true);
        this.patience.await(
                () -> "Too few dead letters",
                () -> this.tables.deadLetters("CALL") >= CALLS && this.tables.deadLetters("MESSAGE") >= MESSAGES);
        this.tables.hideDeadLetters(true);
        this.time.sleep(Duration.ofSeconds(3));
        this.tables.hideDeadLetters(false);
        report("what failed has nowhere been stored for a while");
        this.tables.turn(Switch.DOWN, false);
        this.tables.turn(Switch.OPERATORS, true);
        for (int round = 0; round < ROUNDS; round++) {
            this.time.sleep(Duration.ofMillis(500 + this.random.nextInt(1500)));
            ServiceProcess struck = this.instances.get(this.random.nextInt(this.instances.size()));
            struck.kill();
            struck.start();
            report("killed and started");
            awaitMore(20, "orders after a strike");
        }
        awaitMore(100, "orders after the last strike");
        this.tables.turn(Switch.TRAFFIC, false);
        this.patience.await(
                () -> "%d dead letters are not resolved, %d messages are owed, these are missing: %s"
                        .formatted(this.tables.unresolved(), this.tables.owed(), missing()),
                () -> this.tables.unresolved() == 0
                        && this.tables.owed() == 0
                        && missing().isEmpty());
        report("all is repaired");
    }

    private void start() throws Exception {
        Path directory = Files.createDirectories(Path.of(
                "target", "process-test", "repair-%s-%s".formatted(name(), Long.toString(this.time.nanoTime(), 36))));
        BrokerServer broker = new BrokerServer(directory, this.time);
        this.servers.add(broker);
        broker.start();
        DatabaseServer database = DatabaseServer.start(this.product, directory, this.time);
        this.servers.add(database);
        this.tables = new RepairTables(database);
        broker.awaitReady();
        broker.createTopics(List.of(Shipments.TOPIC), PARTITIONS);
        for (int i = 1; i <= 2; i++) {
            String instance = "repair" + i;
            ServiceProcess process = ServiceProcess.main(
                    instance,
                    directory,
                    RepairApplication.class,
                    List.of(
                            "--repair.instance=" + instance,
                            "--spring.datasource.url=" + database.url(database.port()),
                            "--spring.datasource.username=" + database.user(),
                            "--spring.kafka.bootstrap-servers=" + broker.address(),
                            "--spring.kafka.consumer.auto-offset-reset=earliest",
                            "--spring.kafka.consumer.value-deserializer=org.apache.kafka.common.serialization.ByteArrayDeserializer",
                            "--spring.kafka.consumer.heartbeat-interval=500ms",
                            "--spring.kafka.consumer.properties.session.timeout.ms=3000",
                            "--integration.reliable.defaults.circuit-breaker.enabled=false",
                            "--integration.outbox.shards=8",
                            "--integration.outbox.lease=3s",
                            "--integration.outbox.delivery-timeout=1s",
                            "--integration.outbox.lease-margin=500ms",
                            "--integration.dead-letters.replay-lease=5s",
                            "--integration.dead-letters.replay-jobs.lease=3s"));
            this.instances.add(process);
            process.start();
        }
    }

    private void awaitMore(int orders, String what) throws InterruptedException {
        long wanted = this.tables.taken() + orders;
        this.patience.await(() -> "Only %d of %d: %s".formatted(this.tables.taken(), wanted, what), () -> {
            this.instances.forEach(ServiceProcess::requireAlive);
            return this.tables.taken() >= wanted;
        });
    }

    private String name() {
        return this.product.name().toLowerCase(Locale.ROOT);
    }

    private void report(String what) {
        System.out.printf(
                "  %s: %d taken, %d calls and %d messages dead, %d unresolved, jobs taken up %d: %s%n",
                name(),
                this.tables.taken(),
                this.tables.deadLetters("CALL"),
                this.tables.deadLetters("MESSAGE"),
                this.tables.unresolved(),
                this.tables.takenUp(),
                what);
    }

    private Map<Way, Set<Order>> missing() {
        Map<Way, Set<Order>> missing = new HashMap<>();
        for (Way way : Way.values()) {
            Set<Order> left = new HashSet<>(this.tables.orders("taken", way));
            this.tables.orders("effect", way).forEach(left::remove);
            if (!left.isEmpty()) {
                missing.put(way, left);
            }
        }
        return missing;
    }

    @AfterAll
    void stop() throws Exception {
        this.instances.forEach(ServiceProcess::close);
        if (this.tables != null) {
            this.tables.close();
        }
        for (AutoCloseable server : this.servers) {
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachOrderHasEachEffectOnce(Way way) {
        List<Order> effects = this.tables.orders("effect", way);
        Set<Order> once = new HashSet<>();
        assertThat(effects).as("%s, seed %d", way, SEED).allMatch(once::add);
        assertThat(once).containsAll(this.tables.orders("taken", way)).hasSizeGreaterThan(CALLS);
    }

    @Test
    void ordersOfAParkedCustomerAreBilledInTheirOrder() {
        Map<Integer, Long> last = new HashMap<>();
        for (Order order : this.tables.orders("effect", Way.MESSAGE)) {
            Long before = last.put(order.customer(), order.number());
            assertThat(order.number())
                    .as("after %s, seed %d", before, SEED)
                    .isEqualTo((before != null) ? before + 1 : 1);
        }
    }

    @Test
    void eachDeadLetterIsResolvedByExactlyOneReplay() {
        assertThat(this.tables.count(
                        "SELECT count(*) FROM integration_dead_letter WHERE status <> 'RESOLVED' OR closed_by IS NULL"))
                .isZero();
        assertThat(this.tables.closedBy("hand")).isPositive();
        assertThat(this.tables.closedBy("job")).isPositive();
    }

    /** Until the instances end, some of which came to their first counting of all entries, and some did not. */
    @Test
    void theTallyIsWhatTheEntriesAre() {
        assertThat(this.tables.miscounted()).as("seed %d", SEED).isZero();
    }

    @Test
    void aJobWasTakenUpAfterItsOwnerDied() {
        assertThat(this.tables.takenUp()).as("seed %d", SEED).isPositive();
    }
}
