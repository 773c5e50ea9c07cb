package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.outbox.RelayEvents.SendEnded;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relay from a start to a stop: one thread that sends, and one that keeps the leases. The leases are given back when
 * the sending thread has ended, for whatever reason, so a relay that is dead never holds a shard. While it hangs in one
 * step, as it may for ever on a connection whose other end is gone, the leases are kept for the time of a lease and then
 * not renewed any more: it is as if the whole process stood still, and others send when they have ended.
 */
final class RelayRun {

    private static final Logger logger = LoggerFactory.getLogger(RelayRun.class);

    private static final Duration DRAIN_STEP = Duration.ofMillis(50);

    private final OutboxSpec spec;

    private final ShardLeases leases;

    private final TimeSource time;

    private final RelayEvents events;

    private final RelayLoop loop;

    private final RelayCounters counters;

    private final CountDownLatch sendingEnded = new CountDownLatch(1);

    private final Thread sender = daemon("integration-outbox-relay", this::sendUntilStopped);

    private final Thread keeper = daemon("integration-outbox-lease", this::keepLeases);

    private volatile boolean stopping;

    /** When the step that is under way began, monotonic, or {@code null} between two steps. */
    private volatile @Nullable Long stepBegan;

    private boolean hung;

    RelayRun(
            OutboxSpec spec,
            ShardLeases leases,
            TimeSource time,
            RelayEvents events,
            RelayLoop loop,
            RelayCounters counters) {
        this.spec = spec;
        this.leases = leases;
        this.time = time;
        this.events = events;
        this.loop = loop;
        this.counters = counters;
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        this.keeper.start();
        this.sender.start();
    }

    void wake() {
        this.events.wake();
    }

    /** Returns when nothing is under way and the leases are given back, or when that took too long. */
    void stop() {
        this.stopping = true;
        this.events.wake();
        try {
            this.keeper.join(this.spec.lease().toMillis());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendUntilStopped() {
        try {
            SendEnded ended = null;
            while (!this.stopping) {
                ended = this.events.await(step(ended), this.loop.endsWorthAStep());
            }
            drain(ended);
        } catch (InterruptedException ex) {
            logger.debug("The relay was interrupted", ex);
        } finally {
            attempt("What the outbox relay holds at its destinations cannot be closed", this.loop::close);
            this.sendingEnded.countDown();
        }
    }

    private long step(@Nullable SendEnded ended) {
        this.stepBegan = this.time.nanoTime();
        try {
            long wait = this.loop.step(ended);
            this.counters.tableTrouble.over();
            return wait;
        } catch (RuntimeException ex) {
            this.counters.tableTrouble.met("The outbox cannot be read or written; the relay tries again", ex);
            return this.spec.pollMax().toNanos();
        } finally {
            this.stepBegan = null;
        }
    }

    /** No send lasts longer than the delivery time-out; what is not settled by then is sent again by the next owner. */
    private void drain(@Nullable SendEnded first) throws InterruptedException {
        long end = this.time.nanoTime() + this.spec.deliveryTimeout().toNanos();
        SendEnded ended = first;
        while (!drained(ended) && end - this.time.nanoTime() > 0) {
            ended = this.events.await(DRAIN_STEP.toNanos(), 1);
        }
    }

    private boolean drained(@Nullable SendEnded ended) {
        try {
            return this.loop.drain(ended);
        } catch (RuntimeException ex) {
            this.counters.tableTrouble.met("Acknowledged messages cannot be deleted and will be sent again", ex);
            return false;
        }
    }

    private void keepLeases() {
        try {
            do {
                attempt("The leases of the outbox cannot be renewed", this::watch);
            } while (!this.sendingEnded.await(this.leases.watchInterval().toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException ex) {
            logger.debug("The renewal of the leases was interrupted", ex);
        } finally {
            attempt("The leases of the outbox cannot be given back and end by themselves", this.leases::release);
        }
    }

    private void watch() {
        if (hangs()) {
            tellOnceThatItHangs();
            return;
        }
        this.hung = false;
        Set<Integer> before = this.leases.held().keySet();
        this.leases.watch();
        Set<Integer> now = this.leases.held().keySet();
        if (!now.equals(before)) {
            logger.info("This instance now sends for {} of {} outbox shards", now.size(), this.spec.shards());
            this.events.wake();
        }
        this.counters.leaseTrouble.over();
    }

    private boolean hangs() {
        Long began = this.stepBegan;
        return began != null && this.time.nanoTime() - began > this.spec.lease().toNanos();
    }

    private void tellOnceThatItHangs() {
        if (!this.hung) {
            logger.warn(
                    "The outbox relay of this instance has hung in one step for more than {} (integration.outbox.lease);"
                            + " its leases are not renewed, so others send its shards until it goes on. A time-out for"
                            + " reads in the settings of the driver, such as socketTimeout, ends the wait for a database"
                            + " that is gone",
                    this.spec.lease());
            this.hung = true;
        }
    }

    private void attempt(String problem, Runnable action) {
        try {
            action.run();
        } catch (RuntimeException ex) {
            this.counters.leaseTrouble.met(problem, ex);
        }
    }
}
