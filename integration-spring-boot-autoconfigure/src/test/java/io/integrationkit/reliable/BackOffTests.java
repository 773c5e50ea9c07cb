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
        assertThat(IntStream.rangeClosed(1, 6)
                        .mapToObj((attempt) -> backOff.after(attempt, Duration.ZERO))
                        .map(Duration::toMillis))
                .containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
    }

    @Test
    void staysAtTheLongestWaitHoweverManyAttempts() {
        BackOff backOff = new BackOff(spec(1000, Jitter.NONE), new Random(1));
        assertThat(backOff.after(Integer.MAX_VALUE, Duration.ZERO)).isEqualTo(MAX);
    }

    @Test
    void fullJitterDrawsFromNothingToTheWholeWaitBothIncluded() {
        assertThat(drawing(0, Jitter.FULL).after(2, Duration.ZERO)).isZero();
        assertThat(drawing(Long.MAX_VALUE, Jitter.FULL).after(2, Duration.ZERO)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void fullJitterSpreadsEvenly() {
        BackOff backOff = new BackOff(spec(1, Jitter.FULL), new Random(42));
        double mean = IntStream.range(0, 10_000)
                .mapToLong((i) -> backOff.after(1, Duration.ZERO).toMillis())
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(48.0, 52.0);
    }

    @Test
    void equalJitterDrawsFromHalfToTheWholeWaitBothIncluded() {
        assertThat(drawing(0, Jitter.EQUAL).after(2, Duration.ZERO)).isEqualTo(Duration.ofMillis(100));
        assertThat(drawing(Long.MAX_VALUE, Jitter.EQUAL).after(2, Duration.ZERO))
                .isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void decorrelatedJitterDrawsFromTheBaseToThreeTimesThePreviousWait() {
        BackOff least = drawing(0, Jitter.DECORRELATED);
        BackOff most = drawing(Long.MAX_VALUE, Jitter.DECORRELATED);
        assertThat(least.after(1, Duration.ZERO)).isEqualTo(BASE);
        assertThat(most.after(1, Duration.ZERO)).isEqualTo(Duration.ofMillis(300));
        assertThat(least.after(2, Duration.ofMillis(250))).isEqualTo(BASE);
        assertThat(most.after(2, Duration.ofMillis(250))).isEqualTo(Duration.ofMillis(750));
    }

    @Test
    void decorrelatedJitterStaysAtTheLongestWaitWhateverTheCalleeAsked() {
        BackOff most = drawing(Long.MAX_VALUE, Jitter.DECORRELATED);
        assertThat(most.after(3, Duration.ofMillis(900))).isEqualTo(MAX);
        assertThat(most.after(3, Duration.ofDays(3650))).isEqualTo(MAX);
    }

    @Test
    void decorrelatedJitterCannotOverflowWithTheLongestWaitThereIs() {
        RetrySpec spec = new RetrySpec(9, Duration.ofDays(3650), Duration.ofDays(3650), 1, Jitter.DECORRELATED, null);
        assertThat(new BackOff(spec, new Random(1)).after(2, Duration.ofDays(3650)))
                .isEqualTo(Duration.ofDays(3650));
    }

    @Test
    void noBaseDelayMeansNoWait() {
        RetrySpec spec = new RetrySpec(3, Duration.ZERO, Duration.ZERO, 1000, Jitter.FULL, null);
        assertThat(new BackOff(spec, new Random(1)).after(200, Duration.ZERO)).isZero();
    }

    private static BackOff drawing(long fraction, Jitter jitter) {
        return new BackOff(spec(2, jitter), new RandomGenerator() {
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
