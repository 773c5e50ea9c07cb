package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class RelayRunTests {

    private final ManualTime time = new ManualTime();

    private final MemoryOutboxStore store =
            new MemoryOutboxStore(Outboxes.spec(), this.time, () -> Outboxes.deadLetters(null, () -> null));

    private final CountedLeases leases = new CountedLeases();

    private final HangingDestination destination = new HangingDestination();

    private final RelayEvents events = new RelayEvents();

    private final RelayRun run = new RelayRun(
            Outboxes.spec(),
            this.leases,
            this.time,
            this.events,
            new RelayLoop(
                    Outboxes.spec(),
                    this.store,
                    this.leases,
                    new Destinations(List.of(this.destination)),
                    new Pauses(new MemoryOutboxInspection(this.store, this.leases)),
                    this.time,
                    this.events,
                    new RelayCounters(),
                    null),
            new RelayCounters());

    @BeforeEach
    void hang() throws InterruptedException {
        this.store.append(List.of(Outboxes.record("1", "a")));
        this.run.start();
        this.destination.entered.await();
    }

    @AfterEach
    void stop() {
        this.destination.goOn.countDown();
        this.run.stop();
    }

    @Test
    void leasesAreRenewedWhileAStepTakesNoLongerThanALease() throws InterruptedException {
        this.time.advance(Outboxes.spec().lease());
        this.leases.awaitRenewals(3);
    }

    @Test
    void leasesOfARelayThatHangsAreNotRenewedUntilItGoesOn() throws InterruptedException {
        this.time.advance(Outboxes.spec().lease().plusSeconds(1));
        this.leases.awaitAsked(3);
        int renewals = this.leases.renewals.get();
        this.leases.awaitAsked(20);
        assertThat(this.leases.renewals.get()).isEqualTo(renewals);
        this.destination.goOn.countDown();
        this.leases.awaitRenewals(3);
    }

    /** Asked for its interval after each look, renewed or not. */
    private final class CountedLeases implements ShardLeases {

        private final AtomicInteger renewals = new AtomicInteger();

        private final Semaphore renewed = new Semaphore(0);

        private final Semaphore asked = new Semaphore(0);

        void awaitRenewals(int count) throws InterruptedException {
            this.renewed.drainPermits();
            this.renewed.acquire(count);
        }

        void awaitAsked(int count) throws InterruptedException {
            this.asked.drainPermits();
            this.asked.acquire(count);
        }

        @Override
        public void prepare() {}

        @Override
        public void renew() {
            this.renewals.incrementAndGet();
            this.renewed.release();
        }

        @Override
        public Duration interval() {
            this.asked.release();
            return Duration.ofMillis(1);
        }

        @Override
        public Map<Integer, ShardLease> held() {
            long sendUntil = RelayRunTests.this.time.nanoTime()
                    + Outboxes.spec().sendWindow().toNanos();
            Map<Integer, ShardLease> held = new TreeMap<>();
            for (int shard = 0; shard < Outboxes.SHARDS; shard++) {
                held.put(shard, new ShardLease(shard, "me", 1, sendUntil));
            }
            return held;
        }

        @Override
        public void release() {}
    }

    private static final class HangingDestination implements MessageDestination {

        private final CountDownLatch entered = new CountDownLatch(1);

        private final CountDownLatch goOn = new CountDownLatch(1);

        @Override
        public boolean accepts(String destination) {
            return true;
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            this.entered.countDown();
            try {
                this.goOn.await();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
            completion.acknowledged();
        }
    }
}
