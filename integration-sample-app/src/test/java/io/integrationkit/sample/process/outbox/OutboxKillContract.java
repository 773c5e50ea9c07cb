package io.integrationkit.sample.process.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.DatabaseProduct;
import io.integrationkit.test.TcpFaultProxy.Direction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * The outbox with real processes, killed, stopped and cut off in the middle of the load: nothing that was committed is
 * lost, nothing else arrives, and the order of each key is kept; in transactions nothing arrives twice. {@code mvn
 * -Pprocess verify}; another number of rounds and another seed: {@code -Doutbox.kill.rounds=100 -Doutbox.kill.seed=7}.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.MINUTES)
abstract class OutboxKillContract {

    private static final int ROUNDS = Integer.getInteger("outbox.kill.rounds", 10);

    private static final long SEED = Long.getLong("outbox.kill.seed", 42);

    private static final int MOST_DUPLICATES_OF_A_KILL = 99;

    private final TimeSource time = TimeSource.system();

    private final DatabaseProduct product;

    private final Sending sending;

    private Cluster cluster;

    OutboxKillContract(DatabaseProduct product, Sending sending) {
        this.product = product;
        this.sending = sending;
    }

    @BeforeAll
    void start() throws Exception {
        assumeTrue(this.product.runsHere(), () -> "there are no binaries of " + name() + " for this machine");
        assumeFalse(
                System.getProperty("os.name").startsWith("Windows"), "a process cannot be made to stand still here");
        Path directory =
                Path.of("target", "process-test", "%s-%s".formatted(name(), Long.toString(this.time.nanoTime(), 36)));
        this.cluster = new Cluster(this.product, this.sending, directory, this.time);
    }

    private String name() {
        return "%s-%s".formatted(this.product, this.sending).toLowerCase(Locale.ROOT);
    }

    @AfterAll
    void stop() throws Exception {
        if (this.cluster != null) {
            this.cluster.close();
        }
    }

    @Test
    void nothingIsLostOrOutOfOrderWhateverIsKilledOrCutOff() throws Exception {
        begin("whatever is killed or cut off");
        this.cluster.add();
        this.cluster.add();
        this.cluster.awaitAllUp();
        SplittableRandom random = new SplittableRandom(SEED);
        List<String> tooManyDuplicates = new ArrayList<>();
        for (int round = 1; round <= ROUNDS; round++) {
            Blow blow = blow(round, random);
            long duplicates = round(round, blow, random.split());
            if (duplicates > this.sending.mostDuplicates(mostOf(blow))) {
                tooManyDuplicates.add("%d in round %d, %s".formatted(duplicates, round, blow));
            }
        }
        verify();
        assertThat(tooManyDuplicates)
                .as("more duplicates than there may be, seed %d", SEED)
                .isEmpty();
    }

    /**
     * The session of an application that stands still lasts, so others wait for the end of its lease, which is short
     * here. Acknowledgements are held back before, so that it stands still in the middle of a batch. What it sends when
     * it goes on is at most what was on its way, one message a key; nothing where the broker fences it.
     */
    @Test
    void applicationThatStandsStillPastItsLeaseSendsNothingMoreOfIt() throws Exception {
        begin("standing still past the lease");
        String[] shortLease = {
            "--integration.outbox.lease=3s",
            "--integration.outbox.delivery-timeout=1s",
            "--integration.outbox.lease-margin=500ms",
            "--load.threads=3",
            "--load.pause=2ms"
        };
        this.cluster.add(shortLease);
        this.cluster.add(shortLease);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 1; round <= Math.max(1, ROUNDS / 5); round++) {
            this.cluster.awaitAllUp();
            this.cluster.awaitFairShares();
            standStill(round, random.split());
        }
        verify();
    }

    private void standStill(int round, SplittableRandom random) throws InterruptedException {
        Arrivals arrivals = this.cluster.arrivals();
        awaitLoad(arrivals);
        LoadInstance victim = this.cluster
                .instances()
                .get(random.nextInt(this.cluster.instances().size()));
        long before = arrivals.duplicates();
        this.cluster.brokerLine().stall(Direction.TO_CLIENT);
        this.cluster.sleep(Duration.ofMillis(random.nextInt(100, 500)));
        victim.pause();
        this.cluster.brokerLine().heal();
        this.cluster.await(
                () -> "Nobody has taken the shards of " + victim.id(), () -> this.cluster.shardsOf(victim) == 0);
        this.cluster.awaitDelivered();
        awaitLoad(arrivals);
        long whileStanding = arrivals.duplicates();
        victim.goOn();
        this.cluster.awaitFairShares();
        this.cluster.awaitDelivered();
        long after = arrivals.duplicates() - whileStanding;
        System.out.printf(
                "  %s round %d: stood still, %d arrived, duplicates %d before it went on and %d after%n",
                name(), round, arrivals.count(), whileStanding - before, after);
        assertThat(arrivals.orderViolations())
                .as("order violations, round %d of seed %d", round, SEED)
                .isEmpty();
        assertThat(after)
                .as("repeated by the one that stood still")
                .isLessThanOrEqualTo(this.sending.mostDuplicates(Ledger.KEYS));
    }

    /** Traps 9 and 10: from one to five applications and back to two; some of their clocks are ten minutes wrong. */
    @Test
    void applicationsThatComeAndGoWithWrongClocksLoseNothingAndRepeatNothing() throws Exception {
        begin("coming and going, with wrong clocks");
        Arrivals arrivals = this.cluster.arrivals();
        this.cluster.add();
        this.cluster.awaitAllUp();
        this.cluster.awaitDelivered();
        long before = arrivals.duplicates();
        this.cluster.add("--load.clock-skew=10m");
        this.cluster.add("--load.clock-skew=-10m");
        LoadInstance leaving = this.cluster.add("--load.clock-skew=10m");
        LoadInstance dying = this.cluster.add("--load.clock-skew=-10m");
        this.cluster.awaitAllUp();
        this.cluster.awaitFairShares();
        this.cluster.stop(leaving);
        this.cluster.stop(this.cluster.instances().get(0));
        this.cluster.awaitFairShares();
        this.cluster.awaitDelivered();
        long handedOver = arrivals.duplicates() - before;
        this.cluster.remove(dying);
        this.cluster.awaitFairShares();
        this.cluster.awaitDelivered();
        long killed = arrivals.duplicates() - before - handedOver;
        System.out.printf(
                "  %s: 1, 5, 3 applications: %d duplicates; one of them killed: %d more%n", name(), handedOver, killed);
        verify();
        assertThat(handedOver).as("duplicates while shards were handed over").isZero();
        assertThat(killed)
                .as("duplicates after kill -9")
                .isLessThanOrEqualTo(this.sending.mostDuplicates(MOST_DUPLICATES_OF_A_KILL));
    }

    private void begin(String what) throws InterruptedException {
        System.out.printf("Outbox on %s, %s, seed %d%n", name(), what, SEED);
        this.cluster.removeAll();
    }

    /** Each in turn first, so that a short run has met most of them; then every other one kills one application. */
    private static Blow blow(int round, SplittableRandom random) {
        Blow[] blows = Blow.values();
        if (round <= blows.length) {
            return blows[round - 1];
        }
        return random.nextBoolean() ? Blow.ONE_APPLICATION_KILLED : blows[random.nextInt(blows.length)];
    }

    /** While no more than that is owed. */
    private static long mostOf(Blow blow) {
        return blow.onlyOneApplicationDies() ? MOST_DUPLICATES_OF_A_KILL : Long.MAX_VALUE;
    }

    private long round(int round, Blow blow, SplittableRandom random) throws InterruptedException {
        Arrivals arrivals = this.cluster.arrivals();
        awaitLoad(arrivals);
        this.cluster.sleep(Duration.ofMillis(random.nextInt(300)));
        long before = arrivals.duplicates();
        arrivals.takeDuplicatesNamed();
        long begun = this.time.nanoTime();
        blow.strike(this.cluster, random);
        this.cluster.awaitDelivered();
        long duplicates = arrivals.duplicates() - before;
        System.out.printf(
                "  %s round %d: %s, %d arrived, delivered after %.1f s, %d duplicates %s%n",
                name(),
                round,
                blow,
                arrivals.count(),
                (this.time.nanoTime() - begun) / 1e9,
                duplicates,
                arrivals.takeDuplicatesNamed().stream().limit(3).toList());
        assertThat(arrivals.orderViolations())
                .as("order violations, round %d of seed %d", round, SEED)
                .isEmpty();
        return duplicates;
    }

    /** So that each blow meets a relay at work. */
    private void awaitLoad(Arrivals arrivals) throws InterruptedException {
        long before = arrivals.count();
        this.cluster.await(
                () -> "Nothing arrives any more",
                () -> arrivals.count() >= before + 50 && !this.cluster.up().isEmpty());
    }

    private void verify() throws InterruptedException {
        this.cluster.awaitDelivered();
        Arrivals arrivals = this.cluster.arrivals();
        assertThat(arrivals.orderViolations())
                .as("order violations, seed %d", SEED)
                .isEmpty();
        assertThat(arrivals.contradictions())
                .as("two changes to one version, seed %d", SEED)
                .isEmpty();
        assertThat(Arrivals.phantoms(arrivals.marks(), this.cluster.ledger().marks()))
                .as("arrived but not committed, seed %d", SEED)
                .isEmpty();
        assertThat(arrivals.duplicates())
                .as("duplicates, seed %d", SEED)
                .isLessThanOrEqualTo(this.sending.mostDuplicates(Long.MAX_VALUE));
        System.out.printf(
                "  %s: %d arrived, lost 0, order violations 0, duplicates %d%n",
                name(), arrivals.count(), arrivals.duplicates());
    }
}
