package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.PostgresDatabase;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

/** What is counted of calls whose key is claimed in their transaction. */
class TransactionalKeyStatisticsTests {

    private static final Duration WAIT = Duration.ofMillis(50);

    private static JdbcAccess access;

    private final Books books = new Books();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class, ReliableAutoConfiguration.class, IdempotencyAutoConfiguration.class))
            .withUserConfiguration(Transactions.class)
            .withBean(JdbcAccess.class, () -> access)
            .withBean(PlatformTransactionManager.class, () -> access.transactionManager())
            .withBean(Accounts.class, () -> new Accounts(this.books))
            .withPropertyValues("integration.idempotency.max-wait=1m");

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {}

    static class Books {

        Runnable work = () -> {};
    }

    static class Accounts {

        private final Books books;

        Accounts(Books books) {
            this.books = books;
        }

        @Reliable(maxAttempts = 3)
        @Idempotent(key = "#id", operation = "book")
        @Transactional
        public String book(String id) {
            this.books.work.run();
            return "booked";
        }
    }

    @BeforeAll
    static void open() {
        access = PostgresDatabase.access();
    }

    @BeforeEach
    void empty() {
        access.jdbc().update("delete from integration_idempotency");
    }

    @Test
    void whoWaitsInTheDatabaseForAnotherInstanceIsCountedThere() {
        this.runner.run((one) -> this.runner.run((other) -> {
            AtomicReference<CompletableFuture<String>> second = new AtomicReference<>();
            this.books.work = () -> {
                Accounts others = other.getBean(Accounts.class);
                second.set(CompletableFuture.supplyAsync(() -> others.book("a")));
                Awaitility.await().until(TransactionalKeyStatisticsTests::somebodyWaits);
                Awaitility.await().pollDelay(WAIT).until(() -> true);
            };
            assertThat(one.getBean(Accounts.class).book("a")).isEqualTo("booked");
            assertThat(second.get().get(30, TimeUnit.SECONDS)).isEqualTo("booked");
            assertThat(statistics(one).executed()).isEqualTo(1);
            assertThat(statistics(one).duplicates()).isZero();
            KeyStatistics waited = statistics(other);
            assertThat(waited).isEqualTo(new KeyStatistics(0, 1, 1, waited.waited(), 0));
            assertThat(waited.waited()).isBetween(WAIT, Duration.ofMinutes(1));
        }));
    }

    /** Told by a connection of its own, as the one of the work is in a transaction. */
    private static boolean somebodyWaits() {
        return Objects.requireNonNull(access.<Integer>inNewTransaction(() ->
                        access.jdbc().queryForObject("select count(*) from pg_locks where not granted", Integer.class)))
                > 0;
    }

    @Test
    void theAttemptsOfACallAreOneCall() {
        this.runner.run((context) -> {
            AtomicInteger attempts = new AtomicInteger();
            this.books.work = () -> {
                if (attempts.incrementAndGet() < 3) {
                    throw new TransientDataAccessResourceException("again");
                }
            };
            Accounts accounts = context.getBean(Accounts.class);
            assertThat(accounts.book("a")).isEqualTo("booked");
            assertThat(attempts).hasValue(3);
            assertThat(accounts.book("a")).isEqualTo("booked");
            assertThat(statistics(context).executed()).isEqualTo(1);
            assertThat(statistics(context).duplicates()).isEqualTo(1);
        });
    }

    private static KeyStatistics statistics(ApplicationContext context) {
        return context.getBean(IdempotencyStatistics.class).operation("book");
    }
}
