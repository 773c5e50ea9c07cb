package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.MariaDbDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** A transaction that loses a deadlock while it receives a message has done nothing yet and begins anew, if it is ours. */
class LostConflictTests {

    private static final String WAITING =
            "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'";

    private final Effects effects = new Effects();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class))
            .withBean(Effects.class, () -> this.effects)
            .withBean(Projection.class);

    @Test
    void aDeadlockWhileReceivingBeginsTheTransactionAnew() {
        this.runner.withUserConfiguration(Conflicts.class).run((context) -> {
            ConflictingInbox inbox = context.getBean(ConflictingInbox.class);
            Projection projection = context.getBean(Projection.class);
            inbox.conflicts.set(2);
            projection.own("1");
            projection.own("1");
            assertThat(this.effects.handled).containsExactly("1");
            assertThat(inbox.asked).hasValue(4);
        });
    }

    @Test
    void aDeadlockThatComesAgainAndAgainFailsTheCallWithWhatTheDatabaseSaid() {
        this.runner.withUserConfiguration(Conflicts.class).run((context) -> {
            ConflictingInbox inbox = context.getBean(ConflictingInbox.class);
            Projection projection = context.getBean(Projection.class);
            inbox.conflicts.set(3);
            assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> projection.own("1"));
            assertThat(this.effects.handled).isEmpty();
            projection.own("1");
            assertThat(this.effects.handled).containsExactly("1");
        });
    }

    @Test
    void aDeadlockInATransactionOfTheHandlerIsNotOursToRepeat() {
        this.runner.withUserConfiguration(Conflicts.class).run((context) -> {
            ConflictingInbox inbox = context.getBean(ConflictingInbox.class);
            Projection projection = context.getBean(Projection.class);
            inbox.conflicts.set(1);
            assertThatExceptionOfType(CannotAcquireLockException.class).isThrownBy(() -> projection.transactional("1"));
            assertThat(inbox.asked).hasValue(1);
            projection.transactional("1");
            assertThat(this.effects.handled).containsExactly("1");
        });
    }

    /** All of them wait for the first; when that rolls back, MariaDB lets the others into a deadlock. */
    @Test
    void copiesThatWaitForATransactionThatRollsBackAreHandledOnceOnMariaDb() {
        this.runner
                .withPropertyValues(
                        "spring.datasource.url=" + MariaDbDatabase.url(),
                        "spring.datasource.username=" + MariaDbDatabase.USER,
                        "integration.jdbc.initialize-schema=always")
                .run((context) -> {
                    JdbcTemplate jdbc = context.getBean(JdbcTemplate.class);
                    Projection projection = context.getBean(Projection.class);
                    for (int round = 0; round < 3; round++) {
                        race(projection, jdbc, "raced " + round);
                    }
                    assertThat(this.effects.handled).containsExactly("raced 0", "raced 1", "raced 2");
                });
    }

    private void race(Projection projection, JdbcTemplate jdbc, String id) throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        this.effects.first.set(() -> {
            received.countDown();
            JdbcInboxContract.await(end);
            throw new IllegalStateException("rolls back");
        });
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            Future<?> first = executor.submit(() -> projection.own(id));
            JdbcInboxContract.await(received);
            List<Future<?>> copies = new ArrayList<>();
            for (int copy = 0; copy < 3; copy++) {
                copies.add(executor.submit(() -> projection.own(id)));
            }
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> Integer.valueOf(3).equals(jdbc.queryForObject(WAITING, Integer.class)));
            end.countDown();
            assertThat(first).failsWithin(Duration.ofSeconds(30));
            for (Future<?> copy : copies) {
                copy.get(30, TimeUnit.SECONDS);
            }
        } finally {
            end.countDown();
            executor.shutdownNow();
        }
    }

    /** What the projection does and did. */
    static class Effects {

        final List<String> handled = Collections.synchronizedList(new ArrayList<>());

        final AtomicReference<@Nullable Runnable> first = new AtomicReference<>();

        void handle(String id) {
            Runnable once = this.first.getAndSet(null);
            if (once != null) {
                once.run();
            }
            this.handled.add(id);
        }
    }

    static class Projection {

        private final Effects effects;

        Projection(Effects effects) {
            this.effects = effects;
        }

        @Deduplicate(id = "#id", consumer = "own")
        public void own(String id) {
            this.effects.handle(id);
        }

        @Transactional
        @Deduplicate(id = "#id", consumer = "transactional")
        public void transactional(String id) {
            this.effects.handle(id);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Conflicts {

        @Bean
        ConflictingInbox inbox(JdbcAccess access) {
            return new ConflictingInbox(Inbox.jdbc(access, Duration.ofDays(1)));
        }
    }

    /** Has received a message when it fails, so that a transaction that went on would take it for a duplicate. */
    static class ConflictingInbox implements Inbox {

        final AtomicInteger conflicts = new AtomicInteger();

        final AtomicInteger asked = new AtomicInteger();

        private final Inbox inbox;

        ConflictingInbox(Inbox inbox) {
            this.inbox = inbox;
        }

        @Override
        public Arrival receive(MessageIdentity message) {
            this.asked.incrementAndGet();
            Arrival arrival = this.inbox.receive(message);
            if (this.conflicts.getAndDecrement() > 0) {
                throw new CannotAcquireLockException("deadlock", new SQLException("deadlock", "40001"));
            }
            return arrival;
        }

        @Override
        public void handled(MessageIdentity message) {
            this.inbox.handled(message);
        }

        @Override
        public void forget(MessageIdentity message) {
            this.inbox.forget(message);
        }

        @Override
        public int deleteExpired(int limit) {
            return this.inbox.deleteExpired(limit);
        }

        @Override
        public @Nullable JdbcAccess transactions() {
            return this.inbox.transactions();
        }

        @Override
        public String engine() {
            return this.inbox.engine();
        }

        @Override
        public boolean durable() {
            return this.inbox.durable();
        }
    }
}
