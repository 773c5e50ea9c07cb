package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.IdempotentCalls;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcOperations;

class IdempotencyAutoConfigurationTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IdempotencyAutoConfiguration.class));

    private final ApplicationContextRunner withDatabase = this.plain.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    private final ApplicationContextRunner withRedis =
            this.plain.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class));

    private static final ClaimRequest REQUEST = new ClaimRequest(
            new IdempotencyKey("crm.update", "", "ab".repeat(32)),
            "cd".repeat(32),
            "owner",
            Duration.ofMinutes(1),
            Duration.ofHours(1),
            true,
            null);

    @Test
    void withADatabaseTheKeysAreKeptThere() {
        this.withDatabase.run((context) -> {
            assertThat(context.getBean(IdempotencyStore.class).engine()).isEqualTo("h2");
            assertThat(context.getBean(StateStore.class))
                    .isEqualTo(new StateStore("idempotency", "h2", true, "idempotency keys"));
            assertThat(context.getBean(ExpiredRows.class).isRunning()).isTrue();
            assertThat(context).hasSingleBean(IdempotentCalls.class);
        });
    }

    @Test
    void withoutADatabaseTheKeysAreKeptInMemory() {
        this.plain.run((context) -> {
            assertThat(context.getBean(IdempotencyStore.class).engine()).isEqualTo("memory");
            assertThat(context.getBean(StateStore.class).durable()).isFalse();
        });
    }

    @Test
    void withoutSpringJdbcTheKeysAreKeptInMemory() {
        this.withDatabase
                .withClassLoader(new FilteredClassLoader(JdbcOperations.class))
                .run((context) -> assertThat(
                                context.getBean(IdempotencyStore.class).engine())
                        .isEqualTo("memory"));
    }

    @Test
    void theKeysAreKeptInMemoryIfTheUserSaysSo() {
        this.withDatabase
                .withPropertyValues("integration.idempotency.store=memory")
                .run((context) -> {
                    assertThat(context).hasSingleBean(JdbcAccess.class);
                    assertThat(context.getBean(IdempotencyStore.class).engine()).isEqualTo("memory");
                });
    }

    @Test
    void theDatabaseIsTakenIfTheUserSaysSo() {
        this.withDatabase
                .withPropertyValues("integration.idempotency.store=jdbc")
                .run((context) -> assertThat(
                                context.getBean(IdempotencyStore.class).engine())
                        .isEqualTo("h2"));
    }

    @Test
    void aDatabaseThatIsAskedForButMissingEndsStartUp() {
        this.plain
                .withPropertyValues("integration.idempotency.store=jdbc")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                InvalidOperationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING))
                        .hasMessageContaining("integration.idempotency.store=jdbc"));
    }

    @Test
    void withRedisOnTheClassPathAndADatabaseTheDatabaseIsTaken() {
        this.withDatabase
                .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                .run((context) -> assertThat(
                                context.getBean(IdempotencyStore.class).engine())
                        .isEqualTo("h2"));
    }

    @Test
    void withRedisAloneTheKeysAreKeptInMemoryUnlessTheUserSaysSo() {
        this.withRedis.run((context) ->
                assertThat(context.getBean(IdempotencyStore.class).engine()).isEqualTo("memory"));
    }

    @Test
    void redisIsTakenIfTheUserSaysSo() {
        try (RedisServer redis = new RedisServer()) {
            this.withDatabase
                    .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                    .withPropertyValues(
                            "integration.idempotency.store=redis",
                            "integration.idempotency.redis-timeout=5s",
                            "integration.idempotency.redis-key-prefix=ours:",
                            "spring.data.redis.url=" + redis.url())
                    .run((context) -> {
                        assertThat(context).hasSingleBean(IdempotencyStore.class);
                        assertThat(context.getBean(StateStore.class))
                                .isEqualTo(new StateStore("idempotency", "redis", true, "idempotency keys"));
                        context.getBean(IdempotencyStore.class).claim(REQUEST);
                        try (RedisConnection connection =
                                context.getBean(LettuceConnectionFactory.class).getConnection()) {
                            assertThat(connection.keyCommands().keys("ours:*".getBytes(StandardCharsets.UTF_8)))
                                    .hasSize(1);
                        }
                    });
        }
    }

    @Test
    void anApplicationStartsWithoutItsRedisAndRefuses() {
        IdempotencyStore[] closed = new IdempotencyStore[1];
        this.withRedis
                .withPropertyValues("integration.idempotency.store=redis", "spring.data.redis.url=redis://127.0.0.1:1")
                .run((context) -> {
                    closed[0] = context.getBean(IdempotencyStore.class);
                    assertThatExceptionOfType(ProblemException.class)
                            .isThrownBy(() -> closed[0].claim(REQUEST))
                            .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.KEY_STORE_UNAVAILABLE));
                });
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> closed[0].claim(REQUEST))
                .withMessageContaining("closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "200000d"})
    void aTimeInWhichRedisCannotAnswerEndsStartUp(String time) {
        this.withRedis
                .withPropertyValues(
                        "integration.idempotency.store=redis",
                        "integration.idempotency.redis-timeout=" + time,
                        "spring.data.redis.url=redis://127.0.0.1:1")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex.action()).isEqualTo("Set it to a time such as 1s.");
                        })
                        .hasMessageContaining("integration.idempotency.redis-timeout="));
    }

    @Test
    void redisThatIsAskedForWithoutAConnectionEndsStartUp() {
        this.plain
                .withPropertyValues("integration.idempotency.store=redis")
                .run((context) -> assertThatStartUpEnds(context, "LettuceConnectionFactory", "spring.data.redis.url"));
    }

    @Test
    void redisThatIsAskedForWithTwoConnectionsEndsStartUp() {
        this.plain
                .withBean("one", LettuceConnectionFactory.class)
                .withBean("other", LettuceConnectionFactory.class)
                .withPropertyValues("integration.idempotency.store=redis")
                .run((context) -> assertThatStartUpEnds(context, "LettuceConnectionFactory", "@Primary"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.lettuce", "org.springframework.data.redis"})
    void redisThatIsAskedForButNotOnTheClassPathEndsStartUp(String missing) {
        this.plain
                .withClassLoader(new FilteredClassLoader(missing))
                .withPropertyValues("integration.idempotency.store=redis")
                .run((context) -> assertThatStartUpEnds(context, "class path", "spring-boot-starter-data-redis"));
    }

    @Test
    void withoutLettuceTheOtherStoresWork() {
        this.withDatabase
                .withClassLoader(new FilteredClassLoader("io.lettuce", "org.springframework.data.redis"))
                .run((context) -> assertThat(
                                context.getBean(IdempotencyStore.class).engine())
                        .isEqualTo("h2"));
    }

    @Test
    void aStoreOfTheUserWinsOverRedis() {
        IdempotencyStore own = IdempotencyStore.inMemory(1, TimeSource.system());
        this.withRedis
                .withBean(IdempotencyStore.class, () -> own)
                .withPropertyValues("integration.idempotency.store=redis")
                .run((context) ->
                        assertThat(context.getBean(IdempotencyStore.class)).isSameAs(own));
    }

    private static void assertThatStartUpEnds(AssertableApplicationContext context, String message, String action) {
        assertThat(context).getFailure().rootCause().isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
            assertThat(ex).hasMessageContaining("integration.idempotency.store=redis");
            assertThat(ex).hasMessageContaining(message);
            assertThat(ex.action()).contains(action);
        });
    }

    @Test
    void aStoreOfTheUserWins() {
        IdempotencyStore own = IdempotencyStore.inMemory(1, TimeSource.system());
        this.withDatabase.withBean(IdempotencyStore.class, () -> own).run((context) -> {
            assertThat(context.getBean(IdempotencyStore.class)).isSameAs(own);
            assertThat(context.getBean(StateStore.class).engine()).isEqualTo("memory");
        });
    }

    @Test
    void failuresAreClassifiedAlsoWithoutTheReliableCalls() {
        new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(CallAutoConfiguration.class, IdempotencyAutoConfiguration.class))
                .run((context) -> assertThat(context)
                        .hasSingleBean(IdempotentCalls.class)
                        .doesNotHaveBean(FailureClassification.class));
    }

    @Test
    void theCleanUpEndsWithTheApplication() {
        ExpiredRows[] expired = new ExpiredRows[1];
        this.plain.run((context) -> expired[0] = context.getBean(ExpiredRows.class));
        assertThat(expired[0].isRunning()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ttl=0s", "ttl=-1h", "lease=0s", "lease=24h", "lease=48h", "max-wait=-1s", "max-entries=0"})
    void valuesThatCannotWorkEndStartUp(String setting) {
        this.plain
                .withPropertyValues("integration.idempotency." + setting)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex).hasMessageContaining("integration.idempotency." + setting.split("=", 2)[0]);
                        }));
    }

    @Test
    void anUnknownKeyEndsStartUp() {
        this.plain
                .withPropertyValues("integration.idempotency.leese=1s")
                .run((context) -> assertThat(context).hasFailed());
    }
}
