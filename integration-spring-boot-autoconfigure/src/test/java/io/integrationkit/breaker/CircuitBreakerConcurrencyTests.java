package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CircuitBreakerConcurrencyTests {

    private static final int THREADS = 8;

    private static final Duration OPEN = Duration.ofSeconds(10);

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

    private final ManualTime time = new ManualTime();

    @AfterEach
    void stop() {
        this.executor.shutdownNow();
    }

    @Test
    void onlyTheProbesPassHoweverManyAskAtOnce() throws Exception {
        for (int round = 0; round < 500; round++) {
            CircuitBreaker breaker = breaker(3);
            breaker.failed(breaker.tryAcquire());
            this.time.advance(OPEN);
            List<Long> permits = together(breaker::tryAcquire);
            List<Long> probes = permits.stream().filter((permit) -> permit >= 0).toList();
            assertThat(probes).hasSize(3);
            List<Long> waiting = new ArrayList<>(probes);
            together(() -> {
                Long mine;
                synchronized (waiting) {
                    mine = waiting.isEmpty() ? null : waiting.remove(0);
                }
                if (mine != null) {
                    breaker.succeeded(mine);
                }
                return 0L;
            });
            assertThat(breaker.status().state()).isEqualTo(CircuitState.CLOSED);
        }
    }

    @Test
    void releasesAndResultsOfOldCallsNeverLetMoreProbesPassThanConfigured() throws Exception {
        for (int round = 0; round < 200; round++) {
            CircuitBreaker breaker = breaker(2);
            List<Long> stale = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                stale.add(breaker.tryAcquire());
            }
            breaker.failed(breaker.tryAcquire());
            this.time.advance(OPEN);
            AtomicInteger underWay = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger number = new AtomicInteger();
            together(() -> {
                int me = number.getAndIncrement();
                Random random = new Random(me);
                breaker.released(stale.get(me));
                for (int i = 0; i < 50; i++) {
                    long permit = breaker.tryAcquire();
                    if (permit != CircuitBreaker.REFUSED) {
                        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                        if (random.nextBoolean()) {
                            Thread.yield();
                        }
                        underWay.decrementAndGet();
                        breaker.released(permit);
                    }
                }
                return 0L;
            });
            assertThat(most.get()).isBetween(1, 2);
            assertThat(breaker.status().state()).isEqualTo(CircuitState.HALF_OPEN);
        }
    }

    private CircuitBreaker breaker(int probes) {
        return new CircuitBreaker("chat", BreakerSpecs.of(1, 100, 1, OPEN, probes), this.time, (name, from, to) -> {});
    }

    private List<Long> together(Callable<Long> work) throws Exception {
        CyclicBarrier start = new CyclicBarrier(THREADS);
        List<Future<Long>> running = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            running.add(this.executor.submit(() -> {
                start.await();
                return work.call();
            }));
        }
        List<Long> results = new ArrayList<>();
        for (Future<Long> future : running) {
            results.add(future.get());
        }
        return results;
    }
}
