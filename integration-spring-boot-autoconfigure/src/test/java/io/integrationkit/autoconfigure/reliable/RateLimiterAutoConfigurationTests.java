package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.limit.ClusterRateLimiters;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.limit.RateLimiters;
import io.integrationkit.testsupport.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

class RateLimiterAutoConfigurationTests {

    private static final RateLimitSpec SHARED =
            new RateLimitSpec(1, Duration.ofHours(1), 1, Duration.ZERO, RateLimitSpec.Scope.CLUSTER);

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, RateLimiterAutoConfiguration.class));

    private final ApplicationContextRunner withRedis =
            this.context.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

    @Test
    void twoApplicationsWithRedisShareTheirPermits() {
        try (RedisServer redis = new RedisServer()) {
            ApplicationContextRunner instance = this.withRedis.withPropertyValues(
                    "spring.data.redis.url=" + redis.url(), "integration.rate-limit.redis-timeout=5s");
            instance.run((one) -> instance.run((other) -> {
                assertThat(one).hasSingleBean(RateLimiters.class).hasSingleBean(ClusterRateLimiters.class);
                RateLimiter here = one.getBean(RateLimiters.class).create("chat", SHARED, 0);
                RateLimiter there = other.getBean(RateLimiters.class).create("chat", SHARED, 0);
                assertThat(here.reserve(0, 0)).isZero();
                assertThat(there.reserve(0, 0)).isNegative();
                assertThat(one.getBean(LettuceConnectionFactory.class)
                                .getConnection()
                                .keyCommands()
                                .exists("integration:rate-limit:chat"
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                        .isTrue();
            }));
        }
    }

    @Test
    void anApplicationStartsAndCallsWithoutItsRedis() {
        this.withRedis
                .withPropertyValues("spring.data.redis.url=redis://127.0.0.1:1")
                .run((started) -> {
                    assertThat(started).hasNotFailed();
                    assertThat(started.getBean(RateLimiters.class)
                                    .create("chat", SHARED, 0)
                                    .reserve(0, 0))
                            .isZero();
                });
    }

    @Test
    void withoutAConnectionToRedisLimitsAreOfOneInstance() {
        this.context.run((started) ->
                assertThat(started).hasSingleBean(RateLimiters.class).doesNotHaveBean(ClusterRateLimiters.class));
    }

    @Test
    void withoutBucket4jLimitsAreOfOneInstance() {
        this.withRedis
                .withClassLoader(new FilteredClassLoader(Bucket4jLettuce.class))
                .run((started) -> assertThat(started)
                        .hasSingleBean(RateLimiters.class)
                        .doesNotHaveBean(ClusterRateLimiters.class));
    }

    @Test
    void withoutSpringDataRedisLimitsAreOfOneInstance() {
        this.context
                .withClassLoader(new FilteredClassLoader("org.springframework.data.redis"))
                .run((started) -> assertThat(started)
                        .hasSingleBean(RateLimiters.class)
                        .doesNotHaveBean(ClusterRateLimiters.class));
    }

    @Test
    void theApplicationsOwnBeanWins() {
        RateLimiters own = (policy, spec, now) -> RateLimiter.local(spec, now);
        this.withRedis
                .withBean(RateLimiters.class, () -> own)
                .run((started) ->
                        assertThat(started.getBean(RateLimiters.class)).isSameAs(own));
    }

    @Test
    void aMisspeltSettingEndsStartUp() {
        this.context
                .withPropertyValues("integration.rate-limit.redis-time-outs=1s")
                .run((started) -> assertThat(started).hasFailed());
    }
}
