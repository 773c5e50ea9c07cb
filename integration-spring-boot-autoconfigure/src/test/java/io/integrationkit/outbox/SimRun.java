package io.integrationkit.outbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of the simulation: a time of trouble, then a time in which all must be put right. */
final class SimRun {

    private static final long TROUBLE = Duration.ofSeconds(8).toNanos();

    private static final long LOOK = Duration.ofMillis(200).toNanos();

    /** A hung commit, a stop, a lease, a pause of a destination, one after the other, and to spare. */
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    final SimWorld world;

    final OutboxSpec spec;

    final int pace;

    final SimOracle oracle = new SimOracle(this);

    final SimOperators operators = new SimOperators(this);

    final SimBroker broker = new SimBroker(this);

    final SimNemesis nemesis;

    final SimPublishers publishers;

    final SimDatabase database;

    final List<SimRelay> relays = new ArrayList<>();

    private final @Nullable SimSafeguard missing;

    private long drainedAfter;

    SimRun(long seed) {
        this(seed, false, null);
    }

    /**
     * Prepares a run.
     *
     * @param noting whether to keep the last events for a failure
     * @param missing safeguard to go without
     */
    SimRun(long seed, boolean noting, @Nullable SimSafeguard missing) {
        this.world = new SimWorld(seed, noting);
        this.missing = missing;
        this.spec = spec(this.world, Duration.ofSeconds(lacks(SimSafeguard.SWEEP) ? 3600 : 4));
        this.pace = this.world.number(20, 120);
        this.nemesis = new SimNemesis(this);
        this.publishers = new SimPublishers(this);
        this.database = new SimDatabase(this.world, this.spec, this.oracle, this.world.chance(0.85));
    }

    private static OutboxSpec spec(SimWorld world, Duration sweepInterval) {
        return new OutboxSpec(
                "simulation",
                world.number(1, 4),
                world.number(2, 40),
                10_000,
                Duration.ofSeconds(3),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofMillis(20),
                Duration.ofMillis(400),
                1_000_000,
                Duration.ofMillis(400),
                PublishSpec.DEFAULT,
                new DestinationSpecs(
                        new DestinationSpec(HeadPolicy.CONTINUE, SendMode.STRICT),
                        Map.of(
                                SimBroker.PARKS, new DestinationSpec(HeadPolicy.PARK_KEY, SendMode.STRICT),
                                SimBroker.BLOCKS, new DestinationSpec(HeadPolicy.BLOCK_KEY, SendMode.STRICT)),
                        TransactionSpec.of("shop")),
                new OutboxSpec.Reading(sweepInterval, false));
    }

    /** Plays it; throws with the last events if a promise is broken. */
    void play() {
        this.publishers.start();
        this.operators.start();
        this.nemesis.start();
        for (int i = 1, count = this.world.number(2, 4); i <= count; i++) {
            SimRelay relay = new SimRelay(this, "relay" + i);
            this.relays.add(relay);
            relay.start();
        }
        this.world.pass(TROUBLE);
        this.world.endFaults();
        this.broker.up();
        long since = this.world.now();
        while (!over()) {
            if (this.world.now() - since > PATIENCE) {
                throw this.world.violated("not delivered in time: " + this.database.owed());
            }
            this.world.pass(LOOK);
        }
        this.drainedAfter = this.world.now() - since;
        this.oracle.requireAllDelivered();
    }

    private boolean over() {
        return this.database.isEmpty()
                && this.publishers.idle()
                && this.database.keys().list(null, 1000).stream()
                        .allMatch((held) -> held.state() == HeldKey.State.RELEASING);
    }

    /** How long it took until all was delivered once nothing went wrong any more. */
    Duration drainedAfter() {
        return Duration.ofNanos(this.drainedAfter);
    }

    boolean lacks(SimSafeguard safeguard) {
        return this.missing == safeguard;
    }

    void wakeSome() {
        for (SimRelay relay : SimRelay.living(this.relays)) {
            if (this.world.chance(0.5)) {
                relay.wake();
            }
        }
    }
}
