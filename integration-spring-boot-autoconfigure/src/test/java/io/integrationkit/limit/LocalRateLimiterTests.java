package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalRateLimiterTests extends RateLimiterContract {

    private static final long START = Long.MAX_VALUE - 1_000_000;

    @Override
    RateLimiter limiter(RateLimitSpec spec, long now) {
        return new LocalRateLimiter(spec, now, 4);
    }

    @Test
    void inNoTimeMoreBeginThanTheBurstAndTheRefill() {
        long seed = Long.getLong("integration.test.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 1000; round++) {
            RateLimitSpec spec = randomSpec(random);
            List<Long> begun = play(spec, random);
            assertThat(tooMany(begun, spec))
                    .as("seed %d, round %d, %s", seed, round, spec)
                    .isNull();
        }
    }

    private static RateLimitSpec randomSpec(Random random) {
        int burst = random.nextBoolean() ? 1 + random.nextInt(6) : 1 + random.nextInt(1500);
        int permits = 1 + random.nextInt(1000);
        Duration period = Duration.ofNanos(permits + random.nextInt(1_000_000));
        return new RateLimitSpec(permits, period, burst, Duration.ZERO, RateLimitSpec.Scope.INSTANCE);
    }

    /** Calls at random times, some waiting, some of which do not begin but give their permit back, at once or later. */
    private static List<Long> play(RateLimitSpec spec, Random random) {
        LocalRateLimiter limiter = new LocalRateLimiter(spec, START, 4);
        List<Long> begun = new ArrayList<>();
        List<long[]> held = new ArrayList<>();
        long interval = Math.max(1, spec.period().toNanos() / spec.permits());
        long elapsed = 0;
        for (int i = 0; i < 4000; i++) {
            if (random.nextInt(3) == 0) {
                int scale = random.nextInt(20) == 0 ? spec.burst() * 2 : 3;
                elapsed += random.nextLong(interval * scale + 2);
            }
            long maxWait = random.nextInt(4) == 0 ? random.nextLong(interval * 10) : 0;
            long wait = limiter.reserve(START + elapsed, maxWait);
            if (wait >= 0 && random.nextInt(3) == 0) {
                held.add(new long[] {elapsed, wait});
            } else if (wait >= 0) {
                begun.add(elapsed + wait);
            }
            while (!held.isEmpty() && random.nextInt(3) == 0) {
                limiter.release(START + held.remove(random.nextInt(held.size()))[0]);
            }
        }
        return begun;
    }

    /** The first pair of calls between which too many begin, in words. */
    private static String tooMany(List<Long> begun, RateLimitSpec spec) {
        List<Long> sorted = begun.stream().sorted().toList();
        // With "used" as what is missing in an ideal bucket, no interval is over if it never exceeds the burst.
        double perNano = (double) spec.permits() / spec.period().toNanos();
        double used = 0;
        long last = 0;
        for (int i = 0; i < sorted.size(); i++) {
            used = Math.max(0, used - (sorted.get(i) - last) * perNano) + 1;
            last = sorted.get(i);
            if (used > spec.burst() + 1e-6) {
                return "call %d at %d finds %f of %d used".formatted(i, last, used - 1, spec.burst());
            }
        }
        return null;
    }

    @Test
    void theRateIsUsedInFullEvenWhereItIsNoWholeNumberOfNanoseconds() {
        RateLimitSpec spec = spec(600_000_000, Duration.ofSeconds(1), 10);
        LocalRateLimiter limiter = new LocalRateLimiter(spec, START, 4);
        int begun = 0;
        for (long elapsed = 0; elapsed < 30_000; elapsed++) {
            begun += limiter.reserve(START + elapsed, 0) == 0 ? 1 : 0;
        }
        assertThat(begun).isBetween(18_000, 18_010);
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 5_000, 1_000_000})
    void noPermitStaysInAStockWhileSomebodyIsRefused(int burst) throws Exception {
        RateLimiter limiter = RateLimiter.local(spec(burst), START);
        List<Future<Integer>> takers = Race.run(4, () -> {
            int mine = 0;
            while (limiter.reserve(START, 0) == 0) {
                mine++;
            }
            return mine;
        });
        int given = 0;
        for (Future<Integer> each : takers) {
            given += each.get();
        }
        assertThat(given).isEqualTo(burst);
    }

    @Test
    void twoThreadsNeverBeginMoreThanTheBurstAndTheRefill() throws Exception {
        RateLimitSpec spec = spec(1_000_000, Duration.ofSeconds(1), 2000);
        LocalRateLimiter limiter = new LocalRateLimiter(spec, START, 4);
        AtomicLong clock = new AtomicLong();
        List<Long> begun = new ArrayList<>();
        for (Future<List<Long>> each : Race.run(4, () -> {
            List<Long> mine = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                long elapsed = clock.addAndGet(i % 5000 == 0 ? 1_000_000 : 137);
                if (limiter.reserve(START + elapsed, 0) == 0) {
                    mine.add(elapsed);
                }
            }
            return mine;
        })) {
            begun.addAll(each.get());
        }
        assertThat(tooMany(begun, spec)).isNull();
        assertThat(begun.size()).isGreaterThan(2000);
    }

    @Test
    void aBucketOfTheLongestPeriodsAndBurstsDoesNotOverflow() {
        RateLimitSpec spec = spec(1, Duration.ofDays(3650), 1_000_000_000);
        LocalRateLimiter limiter = new LocalRateLimiter(spec, START, 4);
        int begun = 0;
        while (begun < 100 && limiter.reserve(START, 0) == 0) {
            begun++;
        }
        assertThat(begun).isBetween(1, 100);
        LocalRateLimiter patient = new LocalRateLimiter(spec(1, Duration.ofDays(3650), 1), START, 4);
        assertThat(patient.reserve(START, Long.MAX_VALUE)).isZero();
        for (int i = 1; i < 50; i++) {
            long wait = patient.reserve(START, Long.MAX_VALUE);
            assertThat(Math.abs(wait)).isGreaterThan(Duration.ofDays(3600).toNanos());
        }
    }

    private static RateLimitSpec spec(int permits, Duration period, int burst) {
        return new RateLimitSpec(permits, period, burst, Duration.ZERO, RateLimitSpec.Scope.INSTANCE);
    }
}
