package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One process with a relay: the loop of production, stepped as {@link RelayRun} steps it, and a keeper of its leases. It
 * can die or be stopped at each of its points; its clock has an origin of its own.
 */
final class SimRelay implements TimeSource {

    private static final long DRAIN_STEP = TimeUnit.MILLISECONDS.toNanos(50);

    private final SimRun run;

    private final String owner;

    private final long origin;

    private final RelayEvents events = new RelayEvents();

    private final SimLeases leases;

    private final RelayLoop loop;

    private boolean alive = true;

    private boolean stepping;

    private boolean news;

    private boolean draining;

    private long drainUntil;

    private int turn;

    private long stoppedUntil;

    private long readAt = -1;

    SimRelay(SimRun run, String owner) {
        this.run = run;
        this.owner = owner;
        this.origin = Long.MAX_VALUE - run.world.millis(0, 10_000);
        this.leases = new SimLeases(run, this);
        SimStore store = new SimStore(run, this);
        this.loop = new RelayLoop(
                run.spec,
                store,
                this.leases,
                new Destinations(run.broker.destinations(this)),
                new Pauses(new SimInspection(run.database, store)),
                this,
                this.events,
                new RelayCounters(),
                null);
    }

    void start() {
        this.run.world.note(() -> this + " starts");
        keepLater(0);
        stepLater(0);
    }

    RelayLoop loop() {
        return this.loop;
    }

    SimLeases leases() {
        return this.leases;
    }

    String owner() {
        return this.owner;
    }

    boolean alive() {
        return this.alive;
    }

    boolean stopped() {
        return this.stoppedUntil > this.run.world.now();
    }

    long stoppedFor() {
        return Math.max(0, this.stoppedUntil - this.run.world.now());
    }

    /** Whether time has passed since the relay last read its clock. */
    boolean late() {
        return this.readAt != this.run.world.now();
    }

    void wake() {
        this.events.wake();
        news();
    }

    /** Something came that ends a wait. */
    void news() {
        if (this.stepping) {
            this.news = true;
        } else {
            stepLater(this.run.world.millis(0, 1));
        }
    }

    private void stepLater(long nanos) {
        int next = ++this.turn;
        this.run.world.in(nanos, () -> step(next));
    }

    private void step(int expected) {
        if (expected != this.turn || !this.alive || this.stepping) {
            return;
        }
        if (stopped()) {
            stepLater(stoppedFor());
            return;
        }
        this.stepping = true;
        long wait;
        try {
            wait = this.draining ? drain() : this.loop.step(this.events.poll());
        } catch (SimDatabaseFault ex) {
            wait = this.draining ? DRAIN_STEP : this.run.spec.pollMax().toNanos();
        } catch (SimCrash ex) {
            return;
        } catch (RuntimeException ex) {
            AssertionError error = this.run.world.violated(this + " cannot go on: " + ex);
            error.initCause(ex);
            throw error;
        } finally {
            this.stepping = false;
        }
        if (this.alive) {
            stepLater(this.news ? 0 : wait + this.run.world.millis(0, 1));
            this.news = false;
        }
    }

    /** As at a stop of the application: ends what is under way, up to the delivery time-out, and gives the leases back. */
    void drainAndStop() {
        this.draining = true;
        this.drainUntil = this.run.world.now() + this.run.spec.deliveryTimeout().toNanos();
        this.run.world.note(() -> this + " drains");
        news();
    }

    private long drain() {
        boolean drained = this.loop.drain(this.events.poll());
        if (drained || this.run.world.now() >= this.drainUntil) {
            this.run.world.note(() -> this + " stops, " + (drained ? "drained" : "not drained"));
            this.alive = false;
            this.leases.release(drained);
            this.run.nemesis.restart(this);
        }
        return DRAIN_STEP;
    }

    private void keepLater(long nanos) {
        this.run.world.in(nanos, this::keep);
    }

    private void keep() {
        if (!this.alive) {
            return;
        }
        if (stopped()) {
            keepLater(stoppedFor());
            return;
        }
        try {
            this.leases.watch();
        } catch (SimCrash ex) {
            return;
        }
        keepLater(this.leases.watchInterval().toNanos());
    }

    /** A moment in a statement of the relay's thread: the database takes its time, the process may die or be stopped. */
    void point() {
        this.run.nemesis.strike(this);
        if (this.run.world.chance(0.4)) {
            this.run.world.pass(this.run.world.millis(0, this.run.world.chance(0.1) ? 40 : 2));
        }
        goOn();
    }

    /** A moment between two instructions. */
    void moment() {
        if (this.run.nemesis.strike(this)) {
            goOn();
        }
    }

    /** A moment in a statement of the thread that keeps the leases. */
    void keeperPoint() {
        if (this.run.world.chance(0.2)) {
            this.run.world.pass(this.run.world.millis(0, 5));
        }
        goOn();
    }

    private void goOn() {
        while (stopped()) {
            this.run.world.pass(stoppedFor());
        }
        if (!this.alive) {
            throw new SimCrash();
        }
    }

    /** SIGSTOP, or a long collection of garbage. */
    void stopFor(long nanos) {
        this.run.world.note(() -> "%s is stopped for %.0f ms".formatted(this, nanos / 1e6));
        this.stoppedUntil = Math.max(this.stoppedUntil, this.run.world.now() + nanos);
    }

    /** Kill -9; the database hears of it at once, unless the whole machine is gone. */
    void crash(boolean machine) {
        this.run.world.note(() -> this + (machine ? " crashes with its machine" : " crashes"));
        this.alive = false;
        cutSession(machine);
        this.run.nemesis.restart(this);
    }

    void cutSession(boolean unheard) {
        Long session = this.leases.session();
        if (session != null && !unheard) {
            this.run.database.leases().endSession(session);
        }
    }

    boolean hasSession() {
        Long session = this.leases.session();
        return session != null && this.run.database.leases().lasts(session);
    }

    long clock() {
        return this.origin + this.run.world.now();
    }

    @Override
    public long nanoTime() {
        this.readAt = this.run.world.now();
        return clock();
    }

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(this.run.world.now());
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String toString() {
        return this.owner;
    }

    /** Those of a list that live. */
    static List<SimRelay> living(List<SimRelay> relays) {
        return relays.stream().filter(SimRelay::alive).toList();
    }
}
