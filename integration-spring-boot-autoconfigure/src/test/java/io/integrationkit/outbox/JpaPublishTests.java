package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.Ordered;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishing where Hibernate writes the business rows, which it does at the commit. */
class JpaPublishTests {

    private static final int WINNERS_AMOUNT = 1;

    private static final int LOSERS_AMOUNT = 2;

    private final JdbcAccess plain = PostgresDatabase.access();

    private final EntityManagerFactory factory = factory(this.plain);

    private final EntityManager entities = SharedEntityManagerCreator.createSharedEntityManager(this.factory);

    private final JpaTransactionManager manager = new JpaTransactionManager(this.factory);

    private final JdbcAccess access = new JdbcAccess(this.plain.dataSource(), this.manager, Database.POSTGRESQL);

    private final Outbox outbox = OutboxEngine.durable(
                    this.access,
                    Outboxes.parts(
                            Outboxes.spec(),
                            List.of(new RecordingDestination("orders")),
                            () -> Outboxes.deadLetters(this.access, () -> null),
                            TimeSource.system()))
            .outbox();

    private final TransactionTemplate transaction = new TransactionTemplate(this.manager);

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    private static EntityManagerFactory factory(JdbcAccess access) {
        access.jdbc().execute("CREATE TABLE stock (id integer PRIMARY KEY, amount integer CHECK (amount >= 0))");
        access.jdbc().execute("INSERT INTO stock VALUES (1, 0)");
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        bean.setDataSource(access.dataSource());
        bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        bean.setManagedTypes(PersistenceManagedTypes.of(Stock.class.getName()));
        bean.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "none"));
        bean.afterPropertiesSet();
        return Objects.requireNonNull(bean.getObject());
    }

    @BeforeEach
    void manage() {
        this.manager.setDataSource(this.plain.dataSource());
    }

    @AfterEach
    void close() {
        this.threads.shutdownNow();
        this.factory.close();
    }

    /** When the loser changes its entity; Hibernate writes none of it before the commit. */
    enum Change {
        IN_THE_METHOD,
        BEFORE_COMMIT,
        BEFORE_COMPLETION
    }

    /**
     * The loser publishes while the winner holds the row, and its own UPDATE, which waits for the row, is not written
     * until its commit begins: an INSERT before the flush would give it the lower id.
     */
    @ParameterizedTest
    @EnumSource
    void idsAreDrawnAfterWhatIsFlushedAtTheCommit(Change change) throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch published = new CountDownLatch(1);
        Future<?> winner = this.threads.submit(() -> this.transaction.executeWithoutResult((status) -> {
            stock().amount = WINNERS_AMOUNT;
            this.entities.flush();
            locked.countDown();
            await(published);
            awaitWaiter();
            publish("winner");
        }));
        Future<?> loser = this.threads.submit(() -> this.transaction.executeWithoutResult((status) -> {
            await(locked);
            Stock stock = stock();
            publish("loser");
            apply(change, () -> stock.amount = LOSERS_AMOUNT);
            published.countDown();
        }));
        winner.get(60, TimeUnit.SECONDS);
        loser.get(60, TimeUnit.SECONDS);
        assertThat(owed()).containsExactly("winner", "loser");
        assertThat(amount()).isEqualTo(LOSERS_AMOUNT);
    }

    private static void apply(Change change, Runnable action) {
        if (change == Change.IN_THE_METHOD) {
            action.run();
            return;
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public int getOrder() {
                return Ordered.LOWEST_PRECEDENCE;
            }

            @Override
            public void beforeCommit(boolean readOnly) {
                if (change == Change.BEFORE_COMMIT) {
                    action.run();
                }
            }

            @Override
            public void beforeCompletion() {
                if (change == Change.BEFORE_COMPLETION) {
                    action.run();
                }
            }
        });
    }

    @Test
    void entityStatementAndMessageAreOne() {
        this.transaction.executeWithoutResult((status) -> {
            stock().amount = 7;
            this.access.jdbc().update("INSERT INTO stock VALUES (2, 0)");
            publish("kept");
        });
        assertThat(owed()).containsExactly("kept");
        assertThat(amount()).isEqualTo(7);
        this.transaction.executeWithoutResult((status) -> {
            stock().amount = 8;
            this.access.jdbc().update("INSERT INTO stock VALUES (3, 0)");
            publish("undone");
            status.setRollbackOnly();
        });
        assertThat(owed()).containsExactly("kept");
        assertThat(amount()).isEqualTo(7);
        assertThat(this.plain.jdbc().queryForObject("SELECT count(*) FROM stock", Long.class))
                .isEqualTo(2);
    }

    @Test
    void flushThatFailsLeavesNoMessage() {
        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
                    stock().amount = -1;
                    publish("never");
                }))
                .withRootCauseInstanceOf(java.sql.SQLException.class)
                .isNotInstanceOf(PersistenceException.class);
        assertThat(owed()).isEmpty();
        assertThat(amount()).isZero();
    }

    @Test
    void newTransactionInsideOneIsOnItsOwn() {
        this.transaction.executeWithoutResult((status) -> {
            publish("outer");
            template(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult((inner) -> publish("inner"));
            status.setRollbackOnly();
        });
        assertThat(owed()).containsExactly("inner");
    }

    @Test
    void readOnlyAndFinishedTransactionsAreRefused() {
        TransactionTemplate readOnly = template(TransactionDefinition.PROPAGATION_REQUIRED);
        readOnly.setReadOnly(true);
        readOnly.executeWithoutResult((status) -> assertRefused(ProblemCode.OUTBOX_READ_ONLY));
        this.transaction.executeWithoutResult(
                (status) -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCommit() {
                        assertRefused(ProblemCode.OUTBOX_TRANSACTION_OVER);
                    }
                }));
        assertThat(owed()).isEmpty();
    }

    @Test
    void anotherManagerOfTheSameDataSourceIsRefused() {
        TransactionTemplate other = new TransactionTemplate(new JdbcTransactionManager(this.plain.dataSource()));
        other.executeWithoutResult((status) -> {
            this.plain.jdbc().queryForList("SELECT 1");
            assertRefused(ProblemCode.OUTBOX_FOREIGN_TRANSACTION);
        });
        assertThat(owed()).isEmpty();
    }

    private void assertRefused(ProblemCode code) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> publish("refused"))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
    }

    private Stock stock() {
        return Objects.requireNonNull(this.entities.find(Stock.class, 1));
    }

    private void publish(String payload) {
        this.outbox.publish(
                OutboxMessage.of("stock", "orders", payload.getBytes()).withKey("1"));
    }

    private TransactionTemplate template(int propagation) {
        TransactionTemplate template = new TransactionTemplate(this.manager);
        template.setPropagationBehavior(propagation);
        return template;
    }

    private List<String> owed() {
        return Outboxes.store(this.plain, Outboxes.spec(), () -> Outboxes.deadLetters(this.plain, () -> null))
                .read(Outboxes.everything(100), Set.of())
                .stream()
                .map((message) -> new String(message.record().payload()))
                .toList();
    }

    private int amount() {
        return Objects.requireNonNull(
                this.plain.jdbc().queryForObject("SELECT amount FROM stock WHERE id = 1", Integer.class));
    }

    private void awaitWaiter() {
        Awaitility.await()
                .until(() -> Objects.equals(
                        1,
                        this.plain.inNewTransaction(() -> this.plain
                                .jdbc()
                                .queryForObject(
                                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                                + " AND datname = current_database()",
                                        Integer.class))));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** A business row. */
    @Entity(name = "stock")
    static class Stock {

        @Id
        private Integer id;

        private int amount;
    }
}
