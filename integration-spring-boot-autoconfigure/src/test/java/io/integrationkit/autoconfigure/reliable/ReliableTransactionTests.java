package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.RetryStopped;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Attempts and transactions, on a real database. */
class ReliableTransactionTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, ManualTime::new)
            .withBean("transactionManager", RecordingTransactionManager.class)
            .withBean("orders", Orders.class)
            .withPropertyValues(
                    "spring.datasource.generate-unique-name=true", "integration.reliable.defaults.max-attempts=3");

    @Test
    void eachAttemptIsATransactionOfItsOwnWithItsOwnAttributes() {
        run((orders, transactions) -> {
            orders.failNext(new UncheckedIOException(new IOException()), new KeepWhatIsDone());
            orders.serializable();
            assertThat(orders.isolations())
                    .containsExactly(
                            TransactionDefinition.ISOLATION_SERIALIZABLE,
                            TransactionDefinition.ISOLATION_SERIALIZABLE,
                            TransactionDefinition.ISOLATION_SERIALIZABLE);
            assertThat(transactions.log).containsExactly("begin", "rollback", "begin", "commit", "begin", "commit");
            assertThat(orders.rows()).containsExactly("attempt 2", "attempt 3");
        });
    }

    @Test
    void theLastAttemptRollsBackLikeTheOthers() {
        run((orders, transactions) -> {
            UncheckedIOException last = new UncheckedIOException(new IOException());
            orders.failNext(new KeepWhatIsDone(), new UncheckedIOException(new IOException()), last);
            assertThat(catchThrowable(orders::serializable)).isSameAs(last);
            assertThat(orders.rows()).containsExactly("attempt 1");
        });
    }

    @Test
    void insideATransactionOfTheCallerThereIsExactlyOneAttempt() {
        run((orders, transactions) -> {
            UncheckedIOException failure = new UncheckedIOException(new IOException());
            orders.failNext(failure);
            assertThat(catchThrowable(() -> inTransaction(transactions, orders::required)))
                    .isSameAs(failure);
            assertThat(orders.attempts()).isEqualTo(1);
            assertThat(failure.getSuppressed()[0])
                    .isInstanceOfSatisfying(
                            RetryStopped.class,
                            (note) -> assertThat(note.rule()).isEqualTo(RetryStopped.Rule.IN_TRANSACTION));
            assertThat(transactions.log).containsExactly("begin", "rollback");
            assertThat(orders.rows()).isEmpty();
        });
    }

    @Test
    void aMethodWithoutTransactionHasOneAttemptInThatOfItsCallerToo() {
        run((orders, transactions) -> {
            orders.failNext(new UncheckedIOException(new IOException()));
            assertThat(catchThrowable(() -> inTransaction(transactions, orders::plain)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(orders.attempts()).isEqualTo(1);
        });
    }

    @Test
    void aNewTransactionIsTriedAgainInsideThatOfTheCaller() {
        run((orders, transactions) -> {
            orders.failNext(new UncheckedIOException(new IOException()), new UncheckedIOException(new IOException()));
            inTransaction(transactions, orders::requiresNew);
            assertThat(transactions.log)
                    .containsExactly("begin", "begin", "rollback", "begin", "rollback", "begin", "commit", "commit");
            assertThat(orders.rows()).containsExactly("attempt 3");
        });
    }

    @Test
    void aNestedTransactionIsTriedAgainBehindItsSavepoint() {
        run((orders, transactions) -> {
            orders.failNext(new UncheckedIOException(new IOException()));
            inTransaction(transactions, () -> {
                orders.insert("caller");
                orders.nested();
            });
            assertThat(transactions.log).containsExactly("begin", "commit");
            assertThat(orders.rows()).containsExactly("attempt 2", "caller");
        });
    }

    @Test
    void aMethodWithoutTransactionIsTriedAgainOutsideOne() {
        run((orders, transactions) -> {
            orders.failNext(new UncheckedIOException(new IOException()));
            orders.plain();
            assertThat(orders.attempts()).isEqualTo(2);
            assertThat(transactions.log).isEmpty();
        });
    }

    private void run(BiConsumer<Orders, RecordingTransactionManager> test) {
        this.runner.run((context) -> {
            Orders orders = context.getBean(Orders.class);
            orders.createTable();
            test.accept(orders, context.getBean(RecordingTransactionManager.class));
        });
    }

    private static void inTransaction(RecordingTransactionManager transactions, Runnable work) {
        new TransactionTemplate(transactions).executeWithoutResult((status) -> work.run());
    }

    static class Orders {

        private final JdbcTemplate jdbc;

        private final Deque<RuntimeException> failures = new ArrayDeque<>();

        private final List<Integer> isolations = new ArrayList<>();

        private int attempts;

        Orders(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Reliable
        @Transactional(isolation = Isolation.SERIALIZABLE, noRollbackFor = KeepWhatIsDone.class)
        public void serializable() {
            attempt();
        }

        @Reliable
        @Transactional
        public void required() {
            attempt();
        }

        @Reliable
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void requiresNew() {
            attempt();
        }

        @Reliable
        @Transactional(propagation = Propagation.NESTED)
        public void nested() {
            attempt();
        }

        @Reliable
        public void plain() {
            attempt();
        }

        private void attempt() {
            this.attempts++;
            this.isolations.add(TransactionSynchronizationManager.getCurrentTransactionIsolationLevel());
            insert("attempt " + this.attempts);
            RuntimeException failure = this.failures.poll();
            if (failure != null) {
                throw failure;
            }
        }

        public void createTable() {
            this.jdbc.execute("create table orders (name varchar(20))");
        }

        public void insert(String name) {
            this.jdbc.update("insert into orders values (?)", name);
        }

        public List<String> rows() {
            return this.jdbc.queryForList("select name from orders order by name", String.class);
        }

        public void failNext(RuntimeException... next) {
            this.failures.addAll(List.of(next));
        }

        public List<Integer> isolations() {
            return this.isolations;
        }

        public int attempts() {
            return this.attempts;
        }
    }

    static class KeepWhatIsDone extends RuntimeException {

        private static final long serialVersionUID = 1L;
    }

    static class RecordingTransactionManager extends JdbcTransactionManager {

        private static final long serialVersionUID = 1L;

        final transient List<String> log = new ArrayList<>();

        RecordingTransactionManager(DataSource dataSource) {
            super(dataSource);
        }

        @Override
        protected void doBegin(Object transaction, TransactionDefinition definition) {
            this.log.add("begin");
            super.doBegin(transaction, definition);
        }

        @Override
        protected void doCommit(DefaultTransactionStatus status) {
            this.log.add("commit");
            super.doCommit(status);
        }

        @Override
        protected void doRollback(DefaultTransactionStatus status) {
            this.log.add("rollback");
            super.doRollback(status);
        }
    }
}
