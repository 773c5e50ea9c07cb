package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where transactions wait for the rows of others. */
abstract class LockingPublishContract extends PublishContract {

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    LockingPublishContract(JdbcAccess access) {
        super(access);
    }

    /** Counts the transactions that wait for a lock. */
    abstract String waiting();

    @BeforeEach
    void createBusinessRow() {
        access().jdbc().execute("CREATE TABLE stock (id integer PRIMARY KEY, amount integer)");
        access().jdbc().execute("INSERT INTO stock VALUES (1, 0)");
    }

    @AfterEach
    void stop() {
        this.threads.shutdownNow();
    }

    /** The one that publishes first waits for the row; an INSERT at publish would have given it the lower id. */
    @Test
    void idsFollowTheOrderOfTheBusinessLocksNotOfPublish() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch published = new CountDownLatch(1);
        Future<?> winner = this.threads.submit(() -> transaction().executeWithoutResult((status) -> {
            takeStock();
            locked.countDown();
            await(published);
            awaitWaiter();
            outbox().publish(OutboxMessage.of("stock", "orders", "winner").withKey("1"));
        }));
        Future<?> loser = this.threads.submit(() -> transaction().executeWithoutResult((status) -> {
            await(locked);
            outbox().publish(OutboxMessage.of("stock", "orders", "loser").withKey("1"));
            published.countDown();
            takeStock();
        }));
        winner.get(30, TimeUnit.SECONDS);
        loser.get(30, TimeUnit.SECONDS);
        assertThat(owed())
                .extracting((record) -> new String(record.payload()))
                .containsExactly("\"winner\"", "\"loser\"");
    }

    private void takeStock() {
        access().jdbc().update("UPDATE stock SET amount = amount + 1 WHERE id = 1");
    }

    private void awaitWaiter() {
        Awaitility.await()
                .until(() -> access().inNewTransaction(() -> access().jdbc().queryForObject(waiting(), Integer.class))
                        == Integer.valueOf(1));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
