package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.breaker.Forced;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Setting;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Race;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Claims that live in the transaction of the work, on a real database. */
@ExtendWith(OutputCaptureExtension.class)
class IdempotentTransactionTests {

    private static JdbcAccess access;

    private final Books books = new Books();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class, ReliableAutoConfiguration.class, IdempotencyAutoConfiguration.class))
            .withUserConfiguration(Transactions.class)
            .withBean(JdbcAccess.class, () -> access)
            .withBean(PlatformTransactionManager.class, () -> access.transactionManager())
            .withBean(Accounts.class, () -> new Accounts(this.books));

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Transactions {}

    static class Books {

        final AtomicInteger calls = new AtomicInteger();

        Callable<String> work = () -> "booked";

        boolean writes = true;
    }

    static class Accounts {

        private final Books books;

        Accounts(Books books) {
            this.books = books;
        }

        @Idempotent(key = "#id")
        @Transactional
        public String book(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "joined")
        public String bookIn(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "own")
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public String bookApart(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "reading")
        @Transactional(readOnly = true)
        public String look(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "leased", mode = IdempotencyMode.LEASE)
        public String bookLeased(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "strict", mode = IdempotencyMode.TRANSACTIONAL)
        public String bookStrictly(String id) throws Exception {
            return entry(id);
        }

        @Idempotent(key = "#id", operation = "hasty", onConcurrent = OnConcurrent.REJECT)
        @Transactional
        public String bookAtOnce(String id) throws Exception {
            return entry(id);
        }

        @Reliable(maxAttempts = 3)
        @Idempotent(key = "#id", operation = "retried")
        @Transactional
        public String bookReliably(String id) throws Exception {
            return entry(id);
        }

        private String entry(String id) throws Exception {
            this.books.calls.incrementAndGet();
            if (this.books.writes) {
                access.jdbc().update("insert into entry (id) values (?)", id);
            }
            return this.books.work.call();
        }
    }

    @BeforeAll
    static void open() {
        access = PostgresDatabase.access();
        access.jdbc().execute("create table if not exists entry (id varchar(40))");
    }

    @BeforeEach
    void empty() {
        access.jdbc().update("delete from integration_idempotency");
        access.jdbc().update("delete from entry");
    }

    @Test
    void claimEffectAndResultCommitTogether() {
        with((accounts) -> {
            this.books.work = () -> {
                assertThat(Objects.requireNonNull(IdempotencyContext.current()).fencingToken())
                        .isPositive();
                assertThat(committedKeys()).isZero();
                return "booked";
            };
            assertThat(accounts.book("a")).isEqualTo("booked");
            assertThat(accounts.book("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(1);
            assertThat(entries("a")).isEqualTo(1);
            assertThat(committedKeys()).isEqualTo(1);
        });
    }

    @Test
    void aRollbackLeavesNeitherClaimNorEffect() {
        with((accounts) -> {
            this.books.work = () -> {
                throw new IntegrationException("later", FailureCategory.TEMPORARY, true);
            };
            assertThat(catchThrowable(() -> accounts.book("a"))).isInstanceOf(IntegrationException.class);
            assertThat(committedKeys()).isZero();
            assertThat(entries("a")).isZero();
            this.books.work = () -> "booked";
            assertThat(accounts.book("a")).isEqualTo("booked");
            assertThat(entries("a")).isEqualTo(1);
        });
    }

    @Test
    void aRefusalIsRememberedAfterTheRollback() {
        with((accounts) -> {
            this.books.work = () -> {
                throw new IntegrationException("no such account", FailureCategory.PERMANENT, false);
            };
            assertThat(catchThrowable(() -> accounts.book("a"))).isInstanceOf(IntegrationException.class);
            assertThat(entries("a")).isZero();
            assertThat(catchThrowable(() -> accounts.book("a"))).hasMessageContaining("no such account");
            assertThat(this.books.calls).hasValue(1);
        });
    }

    @Test
    void aCheckedExceptionThatCommitsKeepsTheClaimOnlyAsARefusal() {
        with((accounts) -> {
            this.books.work = () -> {
                throw new IOException("line cut");
            };
            assertThat(catchThrowable(() -> accounts.book("a"))).isInstanceOf(IOException.class);
            assertThat(entries("a")).isEqualTo(1);
            assertThat(committedKeys()).isZero();
        });
    }

    @Test
    void aTransactionOfTheCallerDecidesAboutClaimAndEffect() {
        with((accounts) -> {
            TransactionTemplate transaction = new TransactionTemplate(access.transactionManager());
            transaction.executeWithoutResult((status) -> {
                book(accounts, "a");
                assertThat(book(accounts, "a")).isEqualTo("booked");
                assertThat(committedKeys()).isZero();
                status.setRollbackOnly();
            });
            assertThat(entries("a")).isZero();
            assertThat(this.books.calls).hasValue(1);
            transaction.executeWithoutResult((status) -> book(accounts, "a"));
            assertThat(this.books.calls).hasValue(2);
            assertThat(entries("a")).isEqualTo(1);
            assertThat(accounts.bookIn("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(2);
        });
    }

    @Test
    void aRefusalInATransactionOfTheCallerIsRememberedWhenThatRollsBack() {
        with((accounts) -> {
            this.books.work = () -> {
                throw new IntegrationException("no such account", FailureCategory.PERMANENT, false);
            };
            TransactionTemplate transaction = new TransactionTemplate(access.transactionManager());
            assertThat(catchThrowable(() -> transaction.executeWithoutResult((status) -> book(accounts, "a"))))
                    .isInstanceOf(IntegrationException.class);
            assertThat(catchThrowable(() -> accounts.bookIn("a"))).hasMessageContaining("no such account");
            assertThat(this.books.calls).hasValue(1);
        });
    }

    @Test
    void aTransactionOfItsOwnCommitsWhateverBecomesOfTheCallers() {
        with((accounts) -> {
            new TransactionTemplate(access.transactionManager()).executeWithoutResult((status) -> {
                try {
                    accounts.bookApart("a");
                } catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
                status.setRollbackOnly();
            });
            assertThat(entries("a")).isEqualTo(1);
            assertThat(accounts.bookApart("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(1);
        });
    }

    @Test
    void inATransactionThatOnlyReadsTheClaimIsALease() {
        with((accounts) -> {
            TransactionTemplate reading = new TransactionTemplate(access.transactionManager());
            reading.setReadOnly(true);
            this.books.writes = false;
            reading.executeWithoutResult((status) -> {
                assertThat(book(accounts, "a")).isEqualTo("booked");
                assertThatExceptionOfType(ProblemException.class)
                        .isThrownBy(() -> accounts.bookStrictly("a"))
                        .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.TRANSACTION_MISSING));
            });
            assertThat(accounts.look("b")).isEqualTo("booked");
            assertThat(accounts.look("b")).isEqualTo("booked");
            assertThat(committedKeys()).isEqualTo(2);
            assertThat(this.books.calls).hasValue(2);
        });
    }

    @Test
    void withoutATransactionTheClaimIsALease() {
        with((accounts) -> {
            this.books.work = () -> {
                assertThat(committedKeys()).isEqualTo(1);
                return "booked";
            };
            assertThat(accounts.bookIn("a")).isEqualTo("booked");
        });
    }

    @Test
    void aLeaseInsideATransactionIsToldOnce(CapturedOutput output) {
        with((accounts) -> {
            new TransactionTemplate(access.transactionManager()).executeWithoutResult((status) -> {
                try {
                    accounts.bookLeased("a");
                    accounts.bookLeased("b");
                } catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
                assertThat(committedKeys()).isEqualTo(2);
            });
            assertThat(output).containsOnlyOnce("INT-411");
        });
    }

    @Test
    void whatNeedsATransactionIsRefusedWithoutOne() {
        with((accounts) -> assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> accounts.bookStrictly("a"))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.TRANSACTION_MISSING)));
    }

    @Test
    void eachAttemptClaimsInItsOwnTransaction() {
        with((accounts) -> {
            this.books.work = () -> {
                if (this.books.calls.get() < 3) {
                    throw new IntegrationException("later", FailureCategory.TEMPORARY, true);
                }
                return "booked";
            };
            assertThat(accounts.bookReliably("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(3);
            assertThat(entries("a")).isEqualTo(1);
            assertThat(accounts.bookReliably("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(3);
        });
    }

    @Test
    void aResultIsAnsweredWhileTheBreakerIsOpen() {
        this.runner.withPropertyValues("integration.idempotency.cache-size=0").run((context) -> {
            Accounts accounts = context.getBean(Accounts.class);
            assertThat(accounts.bookReliably("a")).isEqualTo("booked");
            context.getBean(CircuitBreakers.class)
                    .all()
                    .forEach((breaker) ->
                            context.getBean(CircuitBreakers.class).force(breaker.name(), Forced.OPEN, "test", null));
            assertThat(accounts.bookReliably("a")).isEqualTo("booked");
            assertThatExceptionOfType(RejectedException.class).isThrownBy(() -> accounts.bookReliably("b"));
            assertThat(this.books.calls).hasValue(1);
            assertThat(committedKeys()).isEqualTo(1);
        });
    }

    @Test
    void of32CallersOneDoesTheWork() {
        with((accounts) -> {
            for (Future<String> each : Race.run(32, () -> accounts.book("a"))) {
                assertThat(each.get()).isEqualTo("booked");
            }
            assertThat(this.books.calls).hasValue(1);
            assertThat(entries("a")).isEqualTo(1);
        });
    }

    @Test
    void ofTwoInstancesOneDoesTheWork() {
        with((one) -> with((other) -> {
            AtomicInteger turn = new AtomicInteger();
            for (Future<String> each : Race.run(6, () -> (turn.getAndIncrement() % 2 == 0 ? one : other).book("a"))) {
                assertThat(each.get()).isEqualTo("booked");
            }
            assertThat(this.books.calls.get()).isEqualTo(1);
            assertThat(entries("a")).isEqualTo(1);
        }));
    }

    @Test
    void whoMayNotWaitIsRefusedWhileAnotherInstanceHoldsTheKey() {
        ApplicationContextRunner patient = this.runner.withPropertyValues("integration.idempotency.max-wait=1h");
        patient.run((one) -> patient.run((other) -> {
            this.books.work = () -> {
                Future<Throwable> second = CompletableFuture.supplyAsync(
                        () -> catchThrowable(() -> other.getBean(Accounts.class).bookAtOnce("a")));
                assertThat(second.get(30, TimeUnit.SECONDS)).isInstanceOf(RejectedException.class);
                return "booked";
            };
            assertThat(one.getBean(Accounts.class).bookAtOnce("a")).isEqualTo("booked");
            assertThat(this.books.calls).hasValue(1);
        }));
    }

    @Test
    void thePlanTellsWhatIsGuaranteed() {
        this.runner.run((context) -> {
            OperationRegistry registry = context.getBean(OperationRegistry.class);
            assertThat(guarantee(registry, "accounts.book")).startsWith("exactly once:");
            assertThat(guarantee(registry, "joined")).startsWith("exactly once inside a transaction of the caller");
            assertThat(guarantee(registry, "leased")).startsWith("once; again if the process dies");
        });
    }

    private static String guarantee(OperationRegistry registry, String operation) {
        String name = operation.equals("accounts.book") ? "idempotentTransactionTests.Accounts.book" : operation;
        return Objects.requireNonNull(registry.find(name)).settings().stream()
                .filter((setting) -> setting.name().equals("idempotency.guarantee"))
                .map(Setting::value)
                .findFirst()
                .orElseThrow();
    }

    private static String book(Accounts accounts, String id) {
        try {
            return accounts.bookIn(id);
        } catch (RuntimeException ex) {
            throw ex;
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static int entries(String id) {
        return Objects.requireNonNull(
                access.jdbc().queryForObject("select count(*) from entry where id = ?", Integer.class, id));
    }

    /** Seen by another connection, so only what is committed. */
    private static int committedKeys() {
        return Objects.requireNonNull(access.<Integer>inNewTransaction(
                () -> access.jdbc().queryForObject("select count(*) from integration_idempotency", Integer.class)));
    }

    private void with(Scenario scenario) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            scenario.play(context.getBean(Accounts.class));
        });
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Accounts accounts) throws Exception;
    }
}
