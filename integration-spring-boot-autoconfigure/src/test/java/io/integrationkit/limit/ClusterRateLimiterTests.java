package io.integrationkit.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Race;
import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ClusterRateLimiterTests extends RateLimiterContract {

    private static final AtomicInteger POLICIES = new AtomicInteger();

    private static RedisServer redis;

    private final ManualTime time = new ManualTime();

    private final List<AutoCloseable> opened = new ArrayList<>();

    private final ClusterRateLimiters one = instance();

    private final ClusterRateLimiters other = instance();

    @BeforeAll
    static void startRedis() {
        redis = new RedisServer();
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : this.opened) {
            each.close();
        }
    }

    private ClusterRateLimiters instance() {
        RedisClient client = redis.client();
        ClusterRateLimiters limiters = ClusterRateLimiters.over(
                () -> client,
                "integration:rate-limit:",
                Duration.ofSeconds(2),
                this.time,
                (task) -> new Thread(task).start());
        this.opened.add(limiters);
        this.opened.add(client);
        return limiters;
    }

    @Override
    RateLimiter limiter(RateLimitSpec spec, long now) {
        RateLimitSpec shared = shared(spec.burst());
        RateLimiter limiter = this.one.create("policy" + POLICIES.incrementAndGet(), shared, now);
        return new SpecOf(limiter, spec);
    }

    /** The contract compares the settings it gave. */
    private record SpecOf(RateLimiter limiter, RateLimitSpec spec) implements RateLimiter {

        @Override
        public long reserve(long now, long maxWaitNanos) {
            return this.limiter.reserve(now, maxWaitNanos);
        }

        @Override
        public void release(long reservedAt) {
            this.limiter.release(reservedAt);
        }

        @Override
        public double available(long now) {
            return this.limiter.available(now);
        }
    }

    private static RateLimitSpec shared(int burst) {
        return new RateLimitSpec(60, Duration.ofHours(1), burst, Duration.ZERO, RateLimitSpec.Scope.CLUSTER);
    }

    @Test
    void instancesShareThePermits() {
        RateLimiter here = this.one.create("shared", shared(3), 0);
        RateLimiter there = this.other.create("shared", shared(3), 0);
        assertThat(here.reserve(0, 0)).isZero();
        assertThat(there.reserve(0, 0)).isZero();
        assertThat(here.reserve(0, 0)).isZero();
        assertThat(there.reserve(0, 0)).isNegative();
        assertThat(here.reserve(0, 0)).isNegative();
        assertThat(there.available(0)).isZero();
        there.release(0);
        assertThat(here.reserve(0, 0)).isZero();
        assertThat(there.reserve(0, 0)).isNegative();
    }

    @Test
    void instancesThatRaceGetExactlyTheBurst() throws Exception {
        for (int round = 0; round < 5; round++) {
            String policy = "race" + round;
            List<RateLimiter> limiters =
                    List.of(this.one.create(policy, shared(50), 0), this.other.create(policy, shared(50), 0));
            AtomicInteger number = new AtomicInteger();
            int given = 0;
            for (Future<Integer> each : Race.run(8, () -> {
                RateLimiter mine = limiters.get(number.getAndIncrement() % 2);
                int taken = 0;
                for (int i = 0; i < 15; i++) {
                    taken += mine.reserve(0, 0) == 0 ? 1 : 0;
                }
                return taken;
            })) {
                given += each.get();
            }
            assertThat(given).isEqualTo(50);
            assertThat(this.one.answeredWithoutStore() + this.other.answeredWithoutStore())
                    .isZero();
        }
    }

    @Test
    void policiesShareNothing() {
        assertThat(this.one.create("first", shared(1), 0).reserve(0, 0)).isZero();
        assertThat(this.one.create("second", shared(1), 0).reserve(0, 0)).isZero();
    }

    @Test
    void theSettingsThatWereSetLastAreInForce() {
        RateLimiter before = this.one.create("changed", shared(1), 0);
        assertThat(before.reserve(0, 0)).isZero();
        assertThat(before.reserve(0, 0)).isNegative();
        RateLimitSpec faster =
                new RateLimitSpec(60, Duration.ofSeconds(6), 5, Duration.ZERO, RateLimitSpec.Scope.CLUSTER);
        RateLimiter after = this.other.create("changed", faster, 0);
        long wait = after.reserve(0, Duration.ofMinutes(1).toNanos());
        assertThat(wait).isBetween(0L, Duration.ofMillis(100).toNanos());
    }

    @Test
    void withoutRedisEachInstanceGoesByItsOwnBucketAndSaysSoOnce(CapturedOutput output) throws Exception {
        RateLimiter here = this.one.create("outage", shared(4), 0);
        RateLimiter there = this.other.create("outage", shared(4), 0);
        assertThat(here.reserve(0, 0)).isZero();
        redis.stop();
        try {
            for (int i = 0; i < 3; i++) {
                assertThat(here.reserve(0, 0)).isZero();
            }
            assertThat(here.reserve(0, 0)).isNegative();
            for (int i = 0; i < 4; i++) {
                assertThat(there.reserve(0, 0)).isZero();
            }
            assertThat(there.reserve(0, 0)).isNegative();
            assertThat(this.one.answeredWithoutStore()).isEqualTo(3);
            assertThat(output.getOut().split("INT-209", -1)).hasSize(3);
        } finally {
            redis.restart();
        }
        Awaitility.await().untilAsserted(() -> {
            this.time.advance(Duration.ofSeconds(2));
            RateLimiter again = this.one.create("back" + POLICIES.incrementAndGet(), shared(1), 0);
            long before = this.one.answeredWithoutStore();
            assertThat(again.reserve(0, 0)).isZero();
            assertThat(this.one.answeredWithoutStore()).isEqualTo(before);
        });
    }

    @Test
    void anInstanceThatStartsWithoutRedisFindsItLater(CapturedOutput output) {
        redis.stop();
        ClusterRateLimiters started;
        try {
            started = instance();
            assertThat(started.create("late", shared(1), 0).reserve(0, 0)).isZero();
            assertThat(output.getOut()).contains("INT-209");
        } finally {
            redis.restart();
        }
        Awaitility.await().untilAsserted(() -> {
            this.time.advance(Duration.ofSeconds(2));
            RateLimiter again = started.create("late" + POLICIES.incrementAndGet(), shared(1), 0);
            long before = started.answeredWithoutStore();
            again.reserve(0, 0);
            assertThat(started.answeredWithoutStore()).isEqualTo(before);
        });
    }

    @Test
    void limitersOfOneInstanceDoNotAskRedis() {
        RateLimiter limiter = this.one.create("alone", spec(1), 0);
        assertThat(limiter).isInstanceOf(LocalRateLimiter.class);
    }

    @Test
    void withoutAStoreASharedLimitIsRefusedAtStartUp() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> RateLimiters.local().create("chat", shared(1), 0))
                .withMessageContainingAll("INT-116", "'chat'", "rate-limit.scope")
                .satisfies((ex) -> assertThat(ex.action()).contains("spring.data.redis.url", "'instance'"));
        assertThat(RateLimiters.local().create("chat", spec(1), 0)).isInstanceOf(LocalRateLimiter.class);
    }
}
