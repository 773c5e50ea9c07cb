package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Sends what the outbox owes, from the start of the application context to its end, on threads of its own. Stops after
 * web server and listeners, whose last messages it still sends, and before connection pools and producers are closed;
 * a stop waits for the sends under way, up to the delivery time-out. May be started again.
 */
public final class OutboxRelay implements SmartLifecycle {

    /** Below the web server and the listener containers, so that it starts before and stops after them. */
    static final int PHASE = Integer.MAX_VALUE - 4096;

    private static final Logger logger = LoggerFactory.getLogger(OutboxRelay.class);

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final ShardLeases leases;

    private final Destinations destinations;

    private final Pauses pauses;

    private final TimeSource time;

    private final RelayCounters counters;

    private final RelaySignals signals;

    private final @Nullable ShardTransactions transactions;

    private volatile @Nullable RelayRun run;

    OutboxRelay(
            OutboxSpec spec,
            OutboxStore store,
            ShardLeases leases,
            Destinations destinations,
            Pauses pauses,
            TimeSource time,
            RelayCounters counters,
            RelaySignals signals,
            @Nullable ShardTransactions transactions) {
        this.spec = spec;
        this.store = store;
        this.leases = leases;
        this.destinations = destinations;
        this.pauses = pauses;
        this.time = time;
        this.counters = counters;
        this.signals = signals;
        this.transactions = transactions;
    }

    /**
     * Begins to send, unless there is nowhere to send to; another instance may be able to.
     *
     * @throws OutboxConfigurationException if the tables are missing or were made with another number of shards, if the
     *     brokers cannot do what a send mode needs, or if other instances note elsewhere what their transactions held
     */
    @Override
    public void start() {
        if (this.run != null) {
            return;
        }
        if (this.destinations.all().isEmpty()) {
            logger.info("The outbox relay does not run: there is no destination");
            return;
        }
        this.leases.prepare();
        this.store.keys().endReleases();
        if (this.transactions != null) {
            this.transactions.prepare();
        }
        RelayEvents events = new RelayEvents();
        RelayLoop loop = new RelayLoop(
                this.spec,
                this.store,
                this.leases,
                this.destinations,
                this.pauses,
                this.time,
                events,
                this.counters,
                this.transactions);
        RelayRun begun = new RelayRun(this.spec, this.leases, this.time, events, loop, this.counters);
        this.run = begun;
        begun.start();
        this.signals.start(begun::wake);
    }

    /** Tells this relay and the others that there is something to send; they would find it a little later. */
    void published() {
        RelayRun current = this.run;
        if (current != null) {
            current.wake();
        }
        this.signals.published();
    }

    @Override
    public void stop() {
        RelayRun current = this.run;
        if (current != null) {
            this.signals.stop();
            current.stop();
            this.run = null;
        }
    }

    @Override
    public boolean isRunning() {
        return this.run != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
