package io.integrationkit.autoconfigure.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.StateStore;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.DeduplicatedMessages;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcOperations;

class DeduplicateAutoConfigurationTests {

    private final ApplicationContextRunner plain = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class));

    private final ApplicationContextRunner withDatabase = this.plain.withConfiguration(AutoConfigurations.of(
            DataSourceAutoConfiguration.class,
            DataSourceTransactionManagerAutoConfiguration.class,
            TransactionAutoConfiguration.class));

    @Test
    void withADatabaseTheMessagesAreKeptThere() {
        this.withDatabase.run((context) -> {
            assertThat(context.getBean(Inbox.class).engine()).isEqualTo("h2");
            assertThat(context.getBean(StateStore.class))
                    .isEqualTo(new StateStore("deduplicate", "h2", true, "handled messages"));
            assertThat(context.getBean(ExpiredRows.class).isRunning()).isTrue();
            assertThat(context).hasSingleBean(DeduplicatedMessages.class);
        });
    }

    @Test
    void withoutADatabaseTheMessagesAreKeptInMemory() {
        this.plain.run((context) -> {
            assertThat(context.getBean(Inbox.class).engine()).isEqualTo("memory");
            assertThat(context.getBean(StateStore.class).durable()).isFalse();
            assertThat(context).doesNotHaveBean(ExpiredRows.class);
        });
    }

    @Test
    void withoutSpringJdbcTheMessagesAreKeptInMemory() {
        this.withDatabase
                .withClassLoader(new FilteredClassLoader(JdbcOperations.class))
                .run((context) ->
                        assertThat(context.getBean(Inbox.class).engine()).isEqualTo("memory"));
    }

    @Test
    void theMessagesAreKeptInMemoryIfTheUserSaysSo() {
        this.withDatabase
                .withPropertyValues("integration.deduplicate.store=memory")
                .run((context) -> {
                    assertThat(context).hasSingleBean(JdbcAccess.class);
                    assertThat(context.getBean(Inbox.class).engine()).isEqualTo("memory");
                });
    }

    @Test
    void redisIsTakenIfTheUserSaysSo() {
        try (RedisServer redis = new RedisServer()) {
            this.withDatabase
                    .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                    .withPropertyValues(
                            "integration.deduplicate.store=redis",
                            "integration.deduplicate.redis-timeout=5s",
                            "spring.data.redis.url=" + redis.url())
                    .run((context) -> {
                        Inbox inbox = context.getBean(Inbox.class);
                        assertThat(context.getBean(StateStore.class))
                                .isEqualTo(new StateStore("deduplicate", "redis", true, "handled messages"));
                        MessageIdentity message = new MessageIdentity("audit", "", "m");
                        assertThat(inbox.receive(message)).isEqualTo(Arrival.FIRST);
                        inbox.handled(message);
                        assertThat(inbox.receive(message)).isEqualTo(Arrival.DUPLICATE);
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "-1s", "200000d"})
    void aTimeInWhichRedisCannotAnswerEndsStartUp(String time) {
        this.withDatabase
                .withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
                .withPropertyValues(
                        "integration.deduplicate.store=redis",
                        "integration.deduplicate.redis-timeout=" + time,
                        "spring.data.redis.url=redis://127.0.0.1:1")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex.action()).isEqualTo("Set it to a time such as 1s.");
                        })
                        .hasMessageContaining("integration.deduplicate.redis-timeout="));
    }

    @Test
    void redisThatIsAskedForWithoutAConnectionEndsStartUp() {
        this.withDatabase
                .withPropertyValues("integration.deduplicate.store=redis")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidOperationException.class)
                        .hasMessageContaining("integration.deduplicate.store=redis")
                        .hasMessageContaining("LettuceConnectionFactory"));
    }

    @Test
    void theDatabaseIsTakenIfTheUserSaysSo() {
        this.withDatabase
                .withPropertyValues("integration.deduplicate.store=jdbc")
                .run((context) ->
                        assertThat(context.getBean(Inbox.class).engine()).isEqualTo("h2"));
    }

    @Test
    void aDatabaseThatIsAskedForButMissingEndsStartUp() {
        this.plain
                .withPropertyValues("integration.deduplicate.store=jdbc")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                InvalidOperationException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING))
                        .hasMessageContaining("integration.deduplicate.store=jdbc"));
    }

    @Test
    void aStoreOfTheUserWins() {
        Inbox own = Inbox.inMemory(1);
        this.withDatabase.withBean(Inbox.class, () -> own).run((context) -> {
            assertThat(context.getBean(Inbox.class)).isSameAs(own);
            assertThat(context.getBean(StateStore.class).engine()).isEqualTo("memory");
        });
    }

    @Test
    void theCleanUpEndsWithTheApplication() {
        ExpiredRows[] expired = new ExpiredRows[1];
        this.withDatabase.run((context) -> expired[0] = context.getBean(ExpiredRows.class));
        assertThat(expired[0].isRunning()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"retention=0s", "retention=-1d", "retention=200000d", "max-entries=0", "redis-lease=0s"})
    void valuesThatCannotWorkEndStartUp(String setting) {
        this.plain
                .withPropertyValues("integration.deduplicate." + setting)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(InvalidOperationException.class, (ex) -> {
                            assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING);
                            assertThat(ex).hasMessageContaining("integration.deduplicate." + setting.split("=", 2)[0]);
                        }));
    }

    @Test
    void anUnknownKeyEndsStartUp() {
        this.plain
                .withPropertyValues("integration.deduplicate.retension=1d")
                .run((context) -> assertThat(context).hasFailed());
    }
}
