package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every rate limiter does. Intervals are so long that the time a test takes brings no permit. */
abstract class RateLimiterContract {

    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();

    /** A new limiter whose bucket nobody has used. */
    abstract RateLimiter limiter(RateLimitSpec spec, long now);

    /** A reading at which the test may begin; may be anything. */
    private static final long START = Long.MAX_VALUE - 1_000_000;

    static RateLimitSpec spec(int burst) {
        return new RateLimitSpec(60, Duration.ofHours(1), burst, Duration.ZERO, RateLimitSpec.Scope.INSTANCE);
    }

    @Test
    void theBurstBeginsAtOnceAndTheNextIsToldWhen() {
        RateLimiter limiter = limiter(spec(3), START);
        for (int i = 0; i < 3; i++) {
            assertThat(limiter.reserve(START, 0)).isZero();
        }
        long refused = limiter.reserve(START, 0);
        assertThat(-refused).isBetween(INTERVAL - Duration.ofSeconds(20).toNanos(), INTERVAL);
        assertThat(limiter.available(START)).isLessThan(1);
    }

    @Test
    void whoMayWaitTakesPermitsOfTheFutureOneAfterTheOther() {
        RateLimiter limiter = limiter(spec(1), START);
        assertThat(limiter.reserve(START, 5 * INTERVAL)).isZero();
        long first = limiter.reserve(START, 5 * INTERVAL);
        long second = limiter.reserve(START, 5 * INTERVAL);
        assertThat(first).isBetween(INTERVAL * 2 / 3, INTERVAL);
        assertThat(second).isBetween(INTERVAL * 5 / 3, INTERVAL * 2);
    }

    @Test
    void whoCannotWaitLongEnoughTakesNothing() {
        RateLimiter limiter = limiter(spec(1), START);
        assertThat(limiter.reserve(START, 0)).isZero();
        assertThat(limiter.reserve(START, INTERVAL / 2)).isNegative();
        assertThat(limiter.reserve(START, INTERVAL)).isPositive().isLessThanOrEqualTo(INTERVAL);
    }

    @Test
    void aPermitThatCameBackCanBeTakenAgain() {
        RateLimiter limiter = limiter(spec(3), START);
        for (int i = 0; i < 3; i++) {
            limiter.reserve(START, 0);
        }
        assertThat(limiter.reserve(START, 0)).isNegative();
        limiter.release(START);
        assertThat(limiter.reserve(START, 0)).isZero();
        assertThat(limiter.reserve(START, 0)).isNegative();
    }

    @Test
    void aPermitThatCameBackToAFullBucketAddsNothing() {
        RateLimiter limiter = limiter(spec(2), START);
        limiter.reserve(START, 0);
        limiter.release(START);
        limiter.release(START);
        assertThat(limiter.reserve(START, 0)).isZero();
        assertThat(limiter.reserve(START, 0)).isZero();
        assertThat(limiter.reserve(START, 0)).isNegative();
    }

    @Test
    void manyAtOnceGetExactlyTheBurst() throws Exception {
        for (int burst : new int[] {1, 7, 100, 600}) {
            RateLimiter limiter = limiter(spec(burst), START);
            int given = 0;
            for (Future<Integer> each : Race.run(8, () -> {
                int mine = 0;
                for (int i = 0; i < burst; i++) {
                    mine += limiter.reserve(START, 0) == 0 ? 1 : 0;
                }
                return mine;
            })) {
                given += each.get();
            }
            assertThat(given).isEqualTo(burst);
        }
    }

    @Test
    void theSettingsAreTold() {
        assertThat(limiter(spec(2), START).spec()).isEqualTo(spec(2));
        assertThat(limiter(spec(2), START).available(START)).isBetween(1.9, 2.1);
    }
}
