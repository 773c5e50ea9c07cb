package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.IdempotentCalls;
import io.integrationkit.jdbc.ExpiredRows;
import io.integrationkit.jdbc.JdbcAccess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
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
