package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.transaction.support.TransactionTemplate;

/** What an inbox in a database does besides. */
abstract class JdbcInboxContract extends InboxContract {

    private final Inbox inbox = Inbox.jdbc(access(), Duration.ofDays(7));

    private final TransactionTemplate transaction = new TransactionTemplate(access().transactionManager());

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_inbox");
    }

    @Override
    protected Arrival deliver(MessageIdentity message, Runnable handler) {
        return access().inTransaction(() -> {
            Arrival arrival = this.inbox.receive(message);
            if (arrival == Arrival.FIRST) {
                handler.run();
            }
            return arrival;
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCopyWaitsForTheTransactionThatHandlesTheMessage(boolean commits) throws Exception {
        MessageIdentity message = new MessageIdentity("consumer", "", "raced");
        CountDownLatch received = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            Future<Arrival> first = executor.submit(() -> this.transaction.execute((status) -> {
                Arrival arrival = this.inbox.receive(message);
                received.countDown();
                await(end);
                if (!commits) {
                    status.setRollbackOnly();
                }
                return arrival;
            }));
            await(received);
            CountDownLatch asking = new CountDownLatch(1);
            Future<Arrival> copy = executor.submit(() -> this.transaction.execute((status) -> {
                asking.countDown();
                return this.inbox.receive(message);
            }));
            await(asking);
            assertThat(isDoneWithin(copy, Duration.ofMillis(300))).isFalse();
            end.countDown();
            assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(Arrival.FIRST);
            assertThat(copy.get(30, TimeUnit.SECONDS)).isEqualTo(commits ? Arrival.DUPLICATE : Arrival.FIRST);
        } finally {
            end.countDown();
            executor.shutdownNow();
        }
    }

    private static boolean isDoneWithin(Future<?> future, Duration time) throws Exception {
        try {
            future.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException ex) {
            return false;
        }
    }

    @Test
    void aDuplicateLeavesTheTransactionUsable() {
        MessageIdentity message = new MessageIdentity("consumer", "", "m");
        deliver(message, () -> {});
        this.transaction.executeWithoutResult((status) -> {
            assertThat(this.inbox.receive(message)).isEqualTo(Arrival.DUPLICATE);
            assertThat(this.inbox.receive(new MessageIdentity("consumer", "", "n")))
                    .isEqualTo(Arrival.FIRST);
        });
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void aForgottenMessageIsLetInAgain() {
        MessageIdentity message = new MessageIdentity("consumer", "", "m");
        this.transaction.executeWithoutResult((status) -> {
            this.inbox.receive(message);
            this.inbox.forget(message);
        });
        assertThat(deliver(message, () -> {})).isEqualTo(Arrival.FIRST);
    }

    @Test
    void theCleanUpDeletesWhatIsOlderThanTheRetention() {
        deliver(new MessageIdentity("consumer", "", "old"), () -> {});
        deliver(new MessageIdentity("consumer", "", "older"), () -> {});
        access().jdbc().update("update integration_inbox set received_at = received_at - interval '7' day");
        deliver(new MessageIdentity("consumer", "", "new"), () -> {});
        assertThat(this.inbox.deleteExpired(1)).isEqualTo(1);
        assertThat(this.inbox.deleteExpired(10)).isEqualTo(1);
        assertThat(this.inbox.deleteExpired(10)).isZero();
        assertThat(access().jdbc().queryForObject("select message_id from integration_inbox", String.class))
                .isEqualTo("new");
    }

    @Test
    void itIsKeptInTheDatabase() {
        assertThat(this.inbox.durable()).isTrue();
        assertThat(this.inbox.transactions()).isSameAs(access());
    }

    private Integer rows() {
        return access().jdbc().queryForObject("select count(*) from integration_inbox", Integer.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
