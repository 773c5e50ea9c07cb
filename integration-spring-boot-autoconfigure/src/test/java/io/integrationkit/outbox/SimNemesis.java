package io.integrationkit.outbox;

import java.util.List;

/** What goes wrong: processes that die or stop, sessions, database and broker that fail. Each run has its own share. */
final class SimNemesis {

    private static final double POINT = 0.0005;

    private final SimRun run;

    private final Rates rates;

    private final double database;

    private final boolean unseenRows;

    private long databaseDownUntil;

    private int restarts;

    SimNemesis(SimRun run) {
        this.run = run;
        SimWorld world = run.world;
        this.rates = new Rates(
                world.chance(0.6) ? 0.05 : 0, world.chance(0.4) ? 0.12 : 0.01, world.chance(0.6), world.chance(0.6));
        this.database = world.chance(0.6) ? 0.004 : 0;
        this.unseenRows = world.chance(0.5);
    }

    Rates rates() {
        return this.rates;
    }

    boolean databaseFails() {
        return this.run.world.faults()
                && (this.databaseDownUntil > this.run.world.now() || this.run.world.fault(this.database));
    }

    /** May kill or stop a process at one of its points; returns whether it did. */
    boolean strike(SimRelay relay) {
        if (this.rates.kills() && this.run.world.fault(POINT)) {
            relay.crash(this.run.world.chance(0.3));
            return true;
        }
        if (this.rates.stops() && this.run.world.fault(POINT)) {
            relay.stopFor(this.run.world.millis(200, 8000));
            return true;
        }
        return false;
    }

    void start() {
        this.run.world.in(this.run.world.millis(500, 3000), this::next);
    }

    private void next() {
        if (!this.run.world.faults()) {
            return;
        }
        List<SimRelay> living = SimRelay.living(this.run.relays);
        if (!living.isEmpty()) {
            act(this.run.world.any(living));
        }
        this.run.world.in(this.run.world.millis(200, 3000), this::next);
    }

    private void act(SimRelay relay) {
        SimWorld world = this.run.world;
        switch (world.number(0, 7)) {
            case 0 -> {
                if (this.rates.kills()) {
                    relay.crash(world.chance(0.3));
                }
            }
            case 1 -> {
                if (this.rates.stops()) {
                    relay.stopFor(world.millis(200, 8000));
                }
            }
            case 2 -> relay.drainAndStop();
            case 3 -> {
                if (this.rates.kills()) {
                    world.note(() -> relay + ": its session is cut");
                    relay.cutSession(false);
                }
            }
            case 4 -> {
                if (this.rates.send() > 0) {
                    this.run.broker.down(world.any(SimBroker.NAMES), world.millis(100, 4000));
                }
            }
            case 5 -> {
                if (this.database > 0) {
                    long nanos = world.millis(50, 2000);
                    world.note(() -> "the database is down for %.0f ms".formatted(nanos / 1e6));
                    this.databaseDownUntil = world.now() + nanos;
                }
            }
            default -> {
                if (this.unseenRows) {
                    this.run.publishers.restore();
                }
            }
        }
    }

    /** Another process comes, under another name. */
    void restart(SimRelay gone) {
        this.run.relays.remove(gone);
        this.run.world.in(this.run.world.millis(10, 3000), () -> {
            SimRelay next = new SimRelay(this.run, gone.owner().replaceFirst("\\..*", "") + "." + ++this.restarts);
            this.run.relays.add(next);
            next.start();
        });
    }

    /**
     * How often what goes wrong.
     *
     * @param send share of sends that fail, before or after, or are late
     * @param refusal share of sends that are refused though the message is good
     */
    record Rates(double send, double refusal, boolean kills, boolean stops) {}
}
