package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The circuit breaker against the plain model, on random calls; a failure names the seed. */
class CircuitBreakerModelTests {

    private static final int RUNS = 400;

    private static final int STEPS = 500;

    private static final Duration OPEN = Duration.ofSeconds(2);

    private static final Duration SLOW = Duration.ofSeconds(1);

    private final long firstSeed = new Random().nextLong();

    @Test
    void doesWhatTheModelDoesWhateverHappens() {
        for (int run = 0; run < RUNS; run++) {
            new Comparison(this.firstSeed + run, 2).run();
        }
    }

    @Test
    void aCountWindowHoldsWhatARingWouldHold() {
        for (int run = 0; run < RUNS; run++) {
            new Comparison(this.firstSeed + run, 0).run();
        }
    }

    private static final class Comparison {

        private final long seed;

        private final Random random;

        private final int interventions;

        private final CircuitBreaker breaker;

        private final NaiveCircuitBreaker model;

        private final List<Long> permits = new ArrayList<>();

        /** Close to where the reading overflows. */
        private long now = Long.MAX_VALUE - 5_000_000_000L;

        Comparison(long seed, int interventions) {
            this.seed = seed;
            this.random = new Random(seed);
            this.interventions = interventions;
            CircuitBreakerSpec spec = spec();
            this.breaker = new CircuitBreaker("chat", spec, this.now, (name, from, to) -> {});
            this.model = new NaiveCircuitBreaker(spec, this.now);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                step(this.random.nextInt(100));
                assertThat(this.breaker.status(this.now))
                        .as("seed %d, step %d", this.seed, step)
                        .isEqualTo(this.model.status(this.now));
            }
        }

        private void step(int what) {
            if (what < 45) {
                acquire();
            } else if (what < 85) {
                answer();
            } else if (what < 95) {
                // Now and then the reading of a call that was held up.
                this.now += this.random.nextLong(-100_000_000, 1_500_000_000);
            } else if (what < 95 + this.interventions) {
                CircuitBreakerSpec spec = spec();
                this.breaker.change(spec, this.now);
                this.model.change(spec, this.now);
            } else if (what < 95 + 2 * this.interventions) {
                Forced forced = List.of(Forced.values()).get(this.random.nextInt(2));
                force(this.random.nextInt(3) == 0 ? forced : null);
            }
        }

        private void acquire() {
            long permit = this.breaker.tryAcquire(this.now);
            assertThat(permit).as("seed %d", this.seed).isEqualTo(this.model.tryAcquire(this.now));
            if (permit != CircuitBreaker.REFUSED) {
                this.permits.add(permit);
            }
        }

        private void answer() {
            if (this.permits.isEmpty()) {
                return;
            }
            long permit = this.permits.remove(this.random.nextInt(this.permits.size()));
            int how = this.random.nextInt(10);
            long duration = (this.random.nextInt(5) == 0) ? SLOW.toNanos() : SLOW.toNanos() - 1;
            if (how == 0) {
                this.breaker.released(permit);
                this.model.released(permit);
            } else if (how < 4) {
                this.breaker.failed(permit, duration, this.now);
                this.model.ended(permit, true, duration, this.now);
            } else {
                this.breaker.succeeded(permit, duration, this.now);
                this.model.ended(permit, false, duration, this.now);
            }
        }

        private void force(Forced forced) {
            this.breaker.force(forced, this.now);
            this.model.force(forced, this.now);
        }

        private CircuitBreakerSpec spec() {
            int size = this.random.nextInt(1, 40);
            BreakerSpecs spec = BreakerSpecs.with(
                    size,
                    this.random.nextInt(20, 101),
                    this.random.nextInt(1, size + 1),
                    OPEN,
                    this.random.nextInt(1, 6));
            if (this.random.nextBoolean()) {
                spec.slow(SLOW, this.random.nextInt(1, 101));
            }
            if (this.random.nextBoolean()) {
                spec.backOff(1 + this.random.nextInt(3), OPEN.multipliedBy(5));
            }
            if (this.random.nextInt(3) == 0) {
                spec.metricsOnly();
            }
            if (this.interventions > 0 && this.random.nextBoolean()) {
                spec.latest(Duration.ofSeconds(this.random.nextInt(1, 5)));
            }
            return spec.build();
        }
    }
}
