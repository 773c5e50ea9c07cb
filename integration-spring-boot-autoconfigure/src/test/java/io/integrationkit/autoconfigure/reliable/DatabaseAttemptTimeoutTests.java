package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.reliable.AttemptTimeoutException;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.PostgresDatabase;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionTimedOutException;
import org.springframework.transaction.annotation.Transactional;

/** Statements that take too long, on PostgreSQL, with one connection and the clock of the machine. */
class DatabaseAttemptTimeoutTests {

    private final AtomicInteger overruns = new AtomicInteger();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class))
            .withBean(
                    CallObserver.class, () -> (operation) -> (call, nanos) -> this.overruns.addAndGet(call.overruns()))
            .withBean(Reports.class)
            .withPropertyValues(
                    "spring.datasource.url=" + PostgresDatabase.url(),
                    "spring.datasource.username=postgres",
                    "spring.datasource.hikari.maximum-pool-size=1",
                    "integration.reliable.defaults.max-attempts=2",
                    "integration.reliable.defaults.base-delay=1ms");

    @AfterEach
    void leavesTheThreadAsItWas() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aStatementInsideATransactionEndsWithTheTimeAndTheNextAttemptHasATransactionOfItsOwn() {
        run(this.runner, (reports) -> {
            reports.sleepNext(1);
            assertThat(reports.inTransaction()).isEqualTo("done");
            assertThat(reports.transactions()).hasSize(2);
            assertThat(this.overruns).hasValue(1);
        });
    }

    @Test
    void theConnectionIsFineAfterAllAttemptsTimedOut() {
        run(this.runner, (reports) -> {
            reports.sleepNext(2);
            AttemptTimeoutException timeout =
                    catchThrowableOfType(AttemptTimeoutException.class, reports::inTransaction);
            assertThat(timeout).hasCauseInstanceOf(DataAccessException.class);
            assertThat(reports.inTransaction()).isEqualTo("done");
        });
    }

    @Test
    void aManagerThatTheApplicationMakesTellsOfItsTransactionsToo() {
        run(this.runner.withBean("own", OwnTransactionManager.class), (reports) -> {
            reports.sleepNext(1);
            assertThat(reports.inTransaction()).isEqualTo("done");
            assertThat(reports.transactions()).hasSize(2);
        });
    }

    @Test
    void aStatementAfterTheTimeIsNotSent() {
        run(this.runner, (reports) -> {
            AttemptTimeoutException timeout =
                    catchThrowableOfType(AttemptTimeoutException.class, reports::twoStatements);
            assertThat(timeout).hasCauseInstanceOf(TransactionTimedOutException.class);
        });
    }

    @Test
    void aStatementOutsideATransactionGoesOnAndIsALateSuccess() {
        run(this.runner, (reports) -> {
            assertThat(reports.outside()).isEqualTo("done");
            assertThat(this.overruns).hasValue(1);
            assertThat(reports.outside()).isEqualTo("done");
        });
    }

    private static void run(ApplicationContextRunner runner, Consumer<Reports> test) {
        runner.run((context) -> test.accept(context.getBean(Reports.class)));
    }

    static class Reports {

        private final JdbcTemplate jdbc;

        private final Set<Long> transactions = new HashSet<>();

        private int sleeps;

        Reports(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        public void sleepNext(int attempts) {
            this.sleeps = attempts;
        }

        public Set<Long> transactions() {
            return this.transactions;
        }

        @Reliable(attemptTimeout = "1s")
        @Transactional
        public String inTransaction() {
            this.transactions.add(this.jdbc.queryForObject("select txid_current()", Long.class));
            if (this.sleeps > 0) {
                this.sleeps--;
                this.jdbc.execute("select pg_sleep(30)");
            }
            return "done";
        }

        @Reliable(attemptTimeout = "300ms", maxAttempts = 1)
        @Transactional
        public void twoStatements() {
            this.jdbc.execute("select pg_sleep(0.5)");
            this.jdbc.execute("select 1");
        }

        @Reliable(attemptTimeout = "100ms")
        public String outside() {
            this.jdbc.execute("select pg_sleep(0.4)");
            return "done";
        }
    }

    static class OwnTransactionManager extends JdbcTransactionManager {

        private static final long serialVersionUID = 1L;

        OwnTransactionManager(DataSource dataSource) {
            super(dataSource);
        }
    }
}
