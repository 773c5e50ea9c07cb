package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.context.TimeSource;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Attempts and the transactions around and inside them, of a real database. */
class AttemptTransactionsTests {

    private static final Duration ALLOWED = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();

    private final Transactions transactions = new Transactions();

    @AfterEach
    void leavesTheThreadAsItWas() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void insideATransactionOfTheCallerNothingIsInterruptedAndNothingLimited() {
        this.transactions.required(() -> {
            AttemptWatch watch = begin(ALLOWED);
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
            assertThat(this.transactions.limited()).isFalse();
            assertThat(watch.finish()).isTrue();
        });
    }

    @Test
    void insideATransactionOfItsOwnAnAttemptIsNotInterruptedButItsStatementsAreLimited() {
        AttemptWatch watch = begin(ALLOWED);
        this.time.advance(Duration.ofSeconds(4));
        this.transactions.required(() -> {
            assertThat(this.transactions.endsAfter(6)).isTrue();
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
        });
        assertThat(interrupted()).isFalse();
        assertThat(watch.finish()).isTrue();
    }

    @Test
    void afterItsTransactionAnAttemptIsInterruptedAgain() {
        AttemptWatch watch = begin(ALLOWED);
        this.transactions.required(() -> {});
        this.time.advance(ALLOWED);
        assertThat(interrupted()).isTrue();
        assertThat(watch.finish()).isTrue();
    }

    @Test
    void aTransactionThatBeginsWhenTheTimeIsOverTakesTheInterruptBack() {
        AttemptWatch watch = begin(ALLOWED);
        this.time.advance(ALLOWED);
        this.transactions.required(() -> {
            assertThat(interrupted()).isFalse();
            assertThat(this.transactions.endsWithin(1)).isTrue();
        });
        assertThat(watch.finish()).isTrue();
    }

    @Test
    void aTransactionThatBeginsLeavesAnInterruptOfTheUserAlone() {
        AttemptWatch watch = begin(ALLOWED);
        Thread.currentThread().interrupt();
        this.time.advance(ALLOWED);
        this.transactions.required(() -> assertThat(interrupted()).isTrue());
        watch.finish();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aShorterTimeoutOfTheTransactionStays() {
        AttemptWatch watch = begin(ALLOWED);
        this.transactions.template(
                TransactionDefinition.PROPAGATION_REQUIRED,
                3,
                () -> assertThat(this.transactions.endsAfter(3)).isTrue());
        this.transactions.template(
                TransactionDefinition.PROPAGATION_REQUIRED,
                30,
                () -> assertThat(this.transactions.endsAfter(10)).isTrue());
        watch.finish();
    }

    @Test
    void theShortestOfNestedAttemptsLimitsTheStatements() {
        AttemptWatch outer = begin(Duration.ofSeconds(5));
        AttemptWatch inner = begin(ALLOWED);
        this.transactions.required(
                () -> assertThat(this.transactions.endsAfter(5)).isTrue());
        inner.finish();
        AttemptWatch shorter = begin(Duration.ofSeconds(2));
        this.transactions.required(() -> {
            assertThat(this.transactions.endsAfter(2)).isTrue();
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
        });
        assertThat(shorter.finish()).isTrue();
        assertThat(interrupted()).isFalse();
        assertThat(outer.finish()).isTrue();
    }

    @Test
    void anInnerAttemptLeavesTheTransactionOfAnOuterOneAsItIs() {
        AttemptWatch outer = begin(ALLOWED);
        this.transactions.required(() -> {
            AttemptWatch inner = begin(Duration.ofSeconds(2));
            assertThat(this.transactions.endsAfter(10)).isTrue();
            this.time.advance(Duration.ofSeconds(2));
            assertThat(interrupted()).isFalse();
            assertThat(inner.finish()).isTrue();
        });
        this.time.advance(ALLOWED);
        assertThat(interrupted()).isTrue();
        assertThat(outer.finish()).isTrue();
    }

    @Test
    void aNewTransactionInsideThatOfTheCallerIsLimitedAndTheCallersIsNot() {
        this.transactions.required(() -> {
            AttemptWatch watch = begin(ALLOWED);
            this.transactions.requiresNew(
                    () -> assertThat(this.transactions.endsAfter(10)).isTrue());
            assertThat(this.transactions.limited()).isFalse();
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
            assertThat(watch.finish()).isTrue();
        });
    }

    @Test
    void aTransactionOfAnotherManagerLeavesThatOfTheCallerAlone() {
        Transactions others = new Transactions();
        this.transactions.required(() -> {
            AttemptWatch watch = begin(ALLOWED);
            others.required(() -> {
                assertThat(others.endsAfter(10)).isTrue();
                assertThat(this.transactions.limited()).isFalse();
            });
            watch.finish();
        });
    }

    @Test
    void aSavepointIsNoTransaction() {
        AttemptWatch watch = begin(ALLOWED);
        this.transactions.required(() -> {
            this.transactions.nested(() -> {});
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
        });
        assertThat(watch.finish()).isTrue();
    }

    @Test
    void aSavepointInTheTransactionOfTheCallerIsNotInterrupted() {
        this.transactions.required(() -> {
            AttemptWatch watch = begin(ALLOWED);
            this.transactions.nested(() -> {
                this.time.advance(ALLOWED);
                assertThat(interrupted()).isFalse();
            });
            watch.finish();
        });
    }

    @Test
    void aTransactionThatRollsBackHasEnded() {
        AttemptWatch watch = begin(ALLOWED);
        catchThrowable(() -> this.transactions.required(() -> {
            throw new IllegalStateException();
        }));
        assertInterruptible(watch);
    }

    @Test
    void aTransactionThatCannotBeginHasNotBegun() {
        AttemptWatch watch = begin(ALLOWED);
        this.transactions.failure = new TransactionSystemException("begin");
        catchThrowable(() -> this.transactions.required(() -> {}));
        assertInterruptible(watch);
    }

    @Test
    void aTransactionWhoseCommitFailsHasEndedOnce() {
        for (boolean rollback : new boolean[] {false, true}) {
            this.transactions.setRollbackOnCommitFailure(rollback);
            AttemptWatch watch = begin(ALLOWED);
            this.transactions.required(() -> {
                assertThat(catchThrowable(() -> this.transactions.requiresNew(
                                () -> this.transactions.failure = new TransactionSystemException("commit"))))
                        .isInstanceOf(TransactionSystemException.class);
                this.time.advance(ALLOWED);
                assertThat(interrupted()).as("the first transaction goes on").isFalse();
            });
            watch.finish();
        }
    }

    @Test
    void aTransactionThatSomebodyMarkedForRollbackHasEndedOnce() {
        AttemptWatch watch = begin(ALLOWED);
        this.transactions.required(() -> {
            catchThrowable(() ->
                    this.transactions.requiresNew(() -> catchThrowable(() -> this.transactions.required(() -> {
                        throw new IllegalStateException();
                    }))));
            this.time.advance(ALLOWED);
            assertThat(interrupted()).isFalse();
        });
        watch.finish();
    }

    @Test
    void anAttemptWhoseTimerCannotBeSetIsForgotten() {
        IllegalStateException full = new IllegalStateException();
        assertThat(catchThrowable(() -> AttemptWatch.begin(ALLOWED, new NoTimers(full))))
                .isSameAs(full);
        this.transactions.required(() -> assertThat(this.transactions.limited()).isFalse());
    }

    private void assertInterruptible(AttemptWatch watch) {
        this.time.advance(ALLOWED);
        assertThat(interrupted()).isTrue();
        assertThat(watch.finish()).isTrue();
    }

    private AttemptWatch begin(Duration allowed) {
        return AttemptWatch.begin(allowed, this.time);
    }

    private static boolean interrupted() {
        return Thread.currentThread().isInterrupted();
    }

    private record NoTimers(RuntimeException reason) implements TimeSource {

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public void sleep(Duration duration) {}

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            throw this.reason;
        }
    }

    /** Transactions of an H2 database, whose begin or commit fails when a test says so. */
    private static final class Transactions extends JdbcTransactionManager {

        private static final long serialVersionUID = 1L;

        private final long made = System.currentTimeMillis();

        private transient RuntimeException failure;

        Transactions() {
            super(new DriverManagerDataSource("jdbc:h2:mem:" + UUID.randomUUID()));
            addListener(new AttemptTransactions());
        }

        void required(Runnable work) {
            template(TransactionDefinition.PROPAGATION_REQUIRED, TransactionDefinition.TIMEOUT_DEFAULT, work);
        }

        void requiresNew(Runnable work) {
            template(TransactionDefinition.PROPAGATION_REQUIRES_NEW, TransactionDefinition.TIMEOUT_DEFAULT, work);
        }

        void nested(Runnable work) {
            template(TransactionDefinition.PROPAGATION_NESTED, TransactionDefinition.TIMEOUT_DEFAULT, work);
        }

        void template(int propagation, int timeout, Runnable work) {
            TransactionTemplate template = new TransactionTemplate(this);
            template.setPropagationBehavior(propagation);
            template.setTimeout(timeout);
            template.executeWithoutResult((status) -> work.run());
        }

        boolean limited() {
            return holder().hasTimeout();
        }

        /** Whether the transaction ends so many seconds after a moment between the beginning of the test and now. */
        boolean endsAfter(int seconds) {
            return endsWithin(seconds) && deadline() >= this.made + seconds * 1000L;
        }

        boolean endsWithin(int seconds) {
            return deadline() <= System.currentTimeMillis() + seconds * 1000L;
        }

        private long deadline() {
            return Objects.requireNonNull(holder().getDeadline()).getTime();
        }

        private ConnectionHolder holder() {
            return (ConnectionHolder)
                    Objects.requireNonNull(TransactionSynchronizationManager.getResource(obtainDataSource()));
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            failIfAsked();
            super.doBegin(transaction, definition);
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            failIfAsked();
            super.doCommit(status);
        }

        private void failIfAsked() {
            RuntimeException asked = this.failure;
            this.failure = null;
            if (asked != null) {
                throw asked;
            }
        }
    }
}
