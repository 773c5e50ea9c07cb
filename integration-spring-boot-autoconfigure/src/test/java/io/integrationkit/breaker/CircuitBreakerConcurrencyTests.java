package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

@ParameterizedClass(name = "round {0}")
@MethodSource(Rounds.ALL)
class CircuitBreakerConcurrencyTests {

    private static final int THREADS = 8;

    private static final int CALLS = 2_000;

    private static final Duration OPEN = Duration.ofSeconds(10);

    private static final long LATER = OPEN.toNanos();

    @Parameter
    private int round;

    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stop() {
        this.executor.shutdownNow();
    }

    @Test
    void onlyTheProbesPassHoweverManyAskAtOnce() throws Exception {
        for (int i = 0; i < 100; i++) {
            CircuitBreaker breaker = breaker(3);
            breaker.failed(breaker.tryAcquire(0), 0, 0);
            List<Long> permits = together(() -> breaker.tryAcquire(LATER));
            List<Long> probes = permits.stream().filter((permit) -> permit >= 0).toList();
            assertThat(probes).hasSize(3);
            List<Long> waiting = new ArrayList<>(probes);
            together(() -> {
                Long mine;
                synchronized (waiting) {
                    mine = waiting.isEmpty() ? null : waiting.remove(0);
                }
                if (mine != null) {
                    breaker.succeeded(mine, 0, LATER);
                }
                return 0L;
            });
            assertThat(breaker.status(LATER).state()).isEqualTo(CircuitState.CLOSED);
        }
    }

    @Test
    void releasesAndResultsOfOldCallsNeverLetMoreProbesPassThanConfigured() throws Exception {
        for (int race = 0; race < 50; race++) {
            CircuitBreaker breaker = breaker(2);
            List<Long> stale = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                stale.add(breaker.tryAcquire(0));
            }
            breaker.failed(breaker.tryAcquire(0), 0, 0);
            AtomicInteger underWay = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger number = new AtomicInteger();
            together(() -> {
                int me = number.getAndIncrement();
                Random random = new Random(me);
                breaker.released(stale.get(me));
                for (int i = 0; i < 50; i++) {
                    long permit = breaker.tryAcquire(LATER);
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
            assertThat(breaker.status(LATER).state()).isEqualTo(CircuitState.HALF_OPEN);
        }
    }

    @Test
    void oneFailureOpensItHoweverManyComeAtOnce() throws Exception {
        for (int race = 0; race < 100; race++) {
            Queue<String> transitions = new ConcurrentLinkedQueue<>();
            CircuitBreaker breaker = breaker(
                    BreakerSpecs.of(THREADS, 100, 1, OPEN, 1), (name, from, to) -> transitions.add(from + ">" + to));
            together(() -> {
                breaker.failed(breaker.tryAcquire(0), 0, 0);
                return 0L;
            });
            assertThat(transitions).containsExactly("CLOSED>OPEN");
            assertThat(breaker.status(0).opened()).isEqualTo(1);
        }
    }

    @Test
    void noCallIsLostOrCountedTwice() throws Exception {
        for (BreakerSpecs window : List.of(
                BreakerSpecs.with(100_000, 100, 100_000, OPEN, 1),
                BreakerSpecs.with(1, 100, 100_000, OPEN, 1).latest(Duration.ofSeconds(100)))) {
            CircuitBreaker breaker = breaker(window.build(), (name, from, to) -> {});
            AtomicLong clock = new AtomicLong();
            together(() -> {
                for (int call = 0; call < CALLS; call++) {
                    // Less than nine tenths of the time pass.
                    long now = clock.addAndGet(2_000_000);
                    long permit = breaker.tryAcquire(now);
                    if (call % 10 == 0) {
                        breaker.failed(permit, 0, now);
                    } else {
                        breaker.succeeded(permit, 0, now);
                    }
                }
                return 0L;
            });
            assertThat(breaker.status(clock.get()).calls()).isEqualTo(THREADS * CALLS);
            assertThat(breaker.status(clock.get()).failureRate()).isEqualTo(10.0);
        }
    }

    /**
     * Each thread fails every tenth call, so among any n calls in a row no more than n/10 + 8 failed: from 20 calls on
     * never more than half.
     */
    @Test
    void aRateThatNeverWasIsNeverSeen() throws Exception {
        for (BreakerSpecs window : List.of(
                BreakerSpecs.with(100, 51, 20, OPEN, 1),
                BreakerSpecs.with(1, 51, 20, OPEN, 1).latest(Duration.ofSeconds(1)))) {
            CircuitBreaker breaker = breaker(window.build(), (name, from, to) -> {});
            AtomicLong clock = new AtomicLong();
            together(() -> {
                for (int call = 1; call <= CALLS; call++) {
                    long now = clock.addAndGet(100_000);
                    long permit = breaker.tryAcquire(now);
                    if (call % 10 == 0) {
                        breaker.failed(permit, 0, now);
                        CircuitBreakerStatus status = breaker.status(now);
                        assertThat(status.calls()).isNotNegative();
                        assertThat(status.failureRate()).isBetween(0.0, 100.0);
                    } else {
                        breaker.succeeded(permit, 0, now);
                    }
                }
                return 0L;
            });
            assertThat(breaker.status(clock.get()).opened()).isZero();
        }
    }

    /** Whether the others ended before the failure or after it: it is one of one that failed. */
    @Test
    void aFailureThatFillsTheWindowOpensItHoweverManyCallsEndWellMeanwhile() throws Exception {
        for (int race = 0; race < 500; race++) {
            CircuitBreaker breaker = breaker(1);
            AtomicInteger number = new AtomicInteger();
            AtomicInteger stillWell = new AtomicInteger(1);
            together(() -> {
                if (number.getAndIncrement() == 0) {
                    breaker.failed(0, 0, 0);
                    stillWell.set(0);
                } else {
                    while (stillWell.get() == 1) {
                        breaker.succeeded(0, 0, 0);
                    }
                }
                return 0L;
            });
            assertThat(breaker.status(0).state()).isEqualTo(CircuitState.OPEN);
        }
    }

    @Test
    void resultsThatRaceWithAChangeOfStateDoNotReachTheNextOne() throws Exception {
        for (int race = 0; race < 100; race++) {
            CircuitBreaker breaker = breaker(2);
            List<Long> stale = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                stale.add(breaker.tryAcquire(0));
            }
            AtomicInteger number = new AtomicInteger();
            together(() -> {
                int me = number.getAndIncrement();
                if (me == 0) {
                    breaker.failed(stale.get(me), 0, 0);
                    // The first probe; not answered.
                    breaker.tryAcquire(LATER);
                } else if (me % 2 == 0) {
                    breaker.failed(stale.get(me), 0, 0);
                } else {
                    breaker.succeeded(stale.get(me), 0, 0);
                }
                return 0L;
            });
            CircuitBreakerStatus status = breaker.status(LATER);
            assertThat(status.state()).isEqualTo(CircuitState.HALF_OPEN);
            assertThat(status.opened()).isEqualTo(1);
        }
    }

    private static CircuitBreaker breaker(int probes) {
        return breaker(BreakerSpecs.of(1, 100, 1, OPEN, probes), (name, from, to) -> {});
    }

    private static CircuitBreaker breaker(CircuitBreakerSpec spec, CircuitBreaker.Transitions transitions) {
        return new CircuitBreaker("chat", spec, 0, transitions);
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
