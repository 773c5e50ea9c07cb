package io.integrationkit.idempotency;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends the lease of a call that works for long, so that a lease need not be longer than it takes to notice a death. A
 * third of the lease passes between two renewals: one may fail. A call that holds its key for longer than
 * {@code max-lease} is not renewed any more, for it may never end.
 */
final class LeaseRenewal {

    private static final Logger logger = LoggerFactory.getLogger(LeaseRenewal.class);

    private static final int PART = 3;

    private final IdempotencyStore store;

    private final TimeSource time;

    private final Executor executor;

    LeaseRenewal(IdempotencyStore store, TimeSource time, Executor executor) {
        this.store = store;
        this.time = time;
        this.executor = executor;
    }

    /**
     * Begins to renew the lease of a claim.
     *
     * @param given called once the lease is not renewed any more although the call goes on: another one may have the key
     * @param sums counts the loss of the key
     */
    Held begin(ClaimToken token, Duration lease, Duration maxLease, Runnable given, KeySums sums) {
        Held held = new Held(token, lease, this.time.nanoTime() + maxLease.toNanos(), given, sums);
        held.later();
        return held;
    }

    /** A claim whose lease is renewed. */
    final class Held {

        private static final TimeSource.Timer OVER = () -> false;

        private final ClaimToken token;

        private final Duration lease;

        private final long until;

        private final Runnable given;

        private final KeySums sums;

        private final AtomicBoolean lost = new AtomicBoolean();

        private final AtomicReference<TimeSource.@Nullable Timer> next = new AtomicReference<>();

        Held(ClaimToken token, Duration lease, long until, Runnable given, KeySums sums) {
            this.token = token;
            this.lease = lease;
            this.until = until;
            this.given = given;
            this.sums = sums;
        }

        /** Counts that a write of the holder was refused; once, whatever it goes on to try. */
        void fenceLost() {
            if (this.lost.compareAndSet(false, true)) {
                this.sums.fenceLost();
            }
        }

        /** Ends the renewals; one under way changes nothing of a claim that has ended. */
        void end() {
            TimeSource.Timer timer = this.next.getAndSet(OVER);
            if (timer != null) {
                timer.cancel();
            }
        }

        private void later() {
            TimeSource.Timer before = this.next.get();
            if (before == OVER) {
                return;
            }
            TimeSource.Timer timer = LeaseRenewal.this.time.schedule(this.lease.dividedBy(PART), this::handOver);
            if (!this.next.compareAndSet(before, timer)) {
                timer.cancel();
            }
        }

        /** The timer's thread must not wait for the store. */
        private void handOver() {
            try {
                LeaseRenewal.this.executor.execute(this::renew);
            } catch (RejectedExecutionException ex) {
                later();
            }
        }

        private void renew() {
            if (this.next.get() == OVER) {
                return;
            }
            if (LeaseRenewal.this.time.nanoTime() - this.until >= 0) {
                logger.warn(
                        "{} holds its key for longer than integration.idempotency.max-lease; its lease is not renewed any more",
                        this.token.key().operation());
                this.given.run();
                return;
            }
            try {
                if (!LeaseRenewal.this.store.extend(this.token, this.lease)) {
                    // Ended, or taken over: a call that has not ended begins no write before it ends the renewals.
                    if (this.next.get() != OVER) {
                        fenceLost();
                    }
                    this.given.run();
                    return;
                }
            } catch (RuntimeException ex) {
                logger.warn(
                        "The lease of {} could not be renewed; tried again",
                        this.token.key().operation(),
                        ex);
            }
            later();
        }
    }
}
