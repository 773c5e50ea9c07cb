package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.PostgresDatabase;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

class PostgresLockedOrderingTests extends LockedOrderingContract {

    PostgresLockedOrderingTests() {
        super(PostgresDatabase.access());
    }

    @Override
    int waiting() {
        return locks("NOT granted");
    }

    @Test
    void transactionsOfOtherKeysWaitForNobodyAndTheLocksEndWithTheTransaction() throws Exception {
        OutboxSpec spec = Outboxes.spec(new PublishSpec(PublishSpec.Ordering.LOCKED, Backpressure.OFF, 4));
        JdbcOutboxStore store = Outboxes.store(access(), spec, () -> Outboxes.deadLetters(access(), () -> null));
        CountDownLatch otherCommitted = new CountDownLatch(1);
        TransactionTemplate transaction = new TransactionTemplate(access().transactionManager());
        Thread other = new Thread(() -> {
            transaction.executeWithoutResult((status) -> store.append(List.of(Outboxes.record("other", "other"))));
            otherCommitted.countDown();
        });
        transaction.executeWithoutResult((status) -> {
            store.append(List.of(Outboxes.record("1", "k"), Outboxes.record("2", "l"), Outboxes.record("3", "k")));
            assertThat(locks("granted")).isEqualTo(2);
            other.start();
            await(otherCommitted);
        });
        assertThat(locks("granted")).isZero();
        assertThat(store.read(Outboxes.everything(10), Set.of())).hasSize(4);
        other.join();
    }

    private int locks(String condition) {
        return access().inNewTransaction(() -> access().jdbc()
                .queryForList(
                        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database ="
                                + " (SELECT oid FROM pg_database WHERE datname = current_database()) AND "
                                + condition,
                        Long.class)
                .size());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
