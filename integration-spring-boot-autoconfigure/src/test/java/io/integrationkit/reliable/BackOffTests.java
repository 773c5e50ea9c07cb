package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackOffTests {

    private static final Duration BASE = Duration.ofMillis(100);

    private static final Duration MAX = Duration.ofSeconds(1);

    @Test
    void growsByTheMultiplierUpToTheLongestWait() {
        BackOff backOff = new BackOff(spec(2, Jitter.NONE), new Random(1));
        assertThat(IntStream.rangeClosed(1, 6).mapToObj(backOff::after).map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
    }

    @Test
    void staysAtTheLongestWaitHoweverManyAttempts() {
        BackOff backOff = new BackOff(spec(1000, Jitter.NONE), new Random(1));
        assertThat(backOff.after(Integer.MAX_VALUE)).isEqualTo(MAX);
    }

    @Test
    void fullJitterDrawsFromNothingToTheWholeWaitBothIncluded() {
        assertThat(drawing(0).after(2)).isZero();
        assertThat(drawing(Long.MAX_VALUE).after(2)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void fullJitterSpreadsEvenly() {
        BackOff backOff = new BackOff(spec(1, Jitter.FULL), new Random(42));
        double mean = IntStream.range(0, 10_000)
                .mapToLong((i) -> backOff.after(1).toMillis())
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(48.0, 52.0);
    }

    @Test
    void noBaseDelayMeansNoWait() {
        RetrySpec spec = new RetrySpec(3, Duration.ZERO, Duration.ZERO, 1000, Jitter.FULL, null);
        assertThat(new BackOff(spec, new Random(1)).after(200)).isZero();
    }

    private static BackOff drawing(long fraction) {
        return new BackOff(spec(2, Jitter.FULL), new RandomGenerator() {
            @Override
            public long nextLong() {
                return fraction;
            }

            @Override
            public long nextLong(long bound) {
                return Math.min(fraction, bound - 1);
            }
        });
    }

    private static RetrySpec spec(double multiplier, Jitter jitter) {
        return new RetrySpec(3, BASE, MAX, multiplier, jitter, null);
    }
}
