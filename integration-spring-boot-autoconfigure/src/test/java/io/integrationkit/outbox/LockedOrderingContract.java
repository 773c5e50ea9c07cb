package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** The order of keys whose transactions share no row, with a lock of the outbox and without, on each database. */
abstract class LockedOrderingContract {

    private final ExecutorService threads = Executors.newFixedThreadPool(2);

    private final JdbcAccess access;

    LockedOrderingContract(JdbcAccess access) {
        this.access = access;
    }

    JdbcAccess access() {
        return this.access;
    }

    /** How many sessions wait for a lock of the outbox now. */
    abstract int waiting();

    @AfterEach
    void stop() {
        this.threads.shutdownNow();
    }

    private JdbcOutboxStore store(PublishSpec.Ordering ordering) {
        return Outboxes.store(
                this.access,
                Outboxes.spec(new PublishSpec(ordering, Backpressure.OFF, 4)),
                () -> Outboxes.deadLetters(this.access, () -> null));
    }

    private TransactionTemplate transaction() {
        TransactionTemplate template = new TransactionTemplate(this.access.transactionManager());
        template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        return template;
    }

    /** The first writes and takes its time to commit; the second begins later and could commit sooner. */
    @Test
    @Trap(2)
    void withTheLockIdsFollowTheOrderOfTheCommits() throws Exception {
        JdbcOutboxStore store = store(PublishSpec.Ordering.LOCKED);
        List<String> committed = run(store, "k", "k", true);
        assertThat(committed).containsExactly("slow", "quick");
        assertThat(stored(store)).containsExactly("slow", "quick");
    }

    @Test
    void withoutItTheLaterIdMayBeCommittedFirst() throws Exception {
        JdbcOutboxStore store = store(PublishSpec.Ordering.BUSINESS_LOCK);
        List<String> committed = run(store, "k", "k", false);
        assertThat(committed).containsExactly("quick", "slow");
        assertThat(stored(store)).containsExactly("slow", "quick");
    }

    @Test
    void messagesWithoutKeyWaitForNobody() throws Exception {
        JdbcOutboxStore store = store(PublishSpec.Ordering.LOCKED);
        assertThat(run(store, "k", null, false)).containsExactly("quick", "slow");
    }

    /** Returns who came to the commit, in order; the slow one ends when the quick one has committed, or waits for a lock. */
    List<String> run(JdbcOutboxStore store, @Nullable String slowKey, @Nullable String quickKey, boolean waits)
            throws Exception {
        List<String> committing = new CopyOnWriteArrayList<>();
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch quickEnded = new CountDownLatch(1);
        Future<?> slow = this.threads.submit(() -> {
            transaction().executeWithoutResult((status) -> {
                store.append(List.of(Outboxes.record("slow", slowKey)));
                written.countDown();
                if (waits) {
                    awaitWaiting(1);
                } else {
                    await(quickEnded);
                }
                // What is done after a commit may come after what others do because of it.
                committing.add("slow");
            });
        });
        Future<?> quick = this.threads.submit(() -> {
            await(written);
            transaction().executeWithoutResult((status) -> {
                store.append(List.of(Outboxes.record("quick", quickKey)));
                committing.add("quick");
            });
            quickEnded.countDown();
        });
        slow.get(120, TimeUnit.SECONDS);
        quick.get(120, TimeUnit.SECONDS);
        return List.copyOf(committing);
    }

    private static List<String> stored(JdbcOutboxStore store) {
        return store.read(Outboxes.everything(100), Set.of()).stream()
                .map((message) -> message.record().messageId())
                .toList();
    }

    /**
     * The holder of b lets the one that took b first go on while another waits for b: did that one hold a already, both
     * would wait for each other.
     */
    @Test
    void twoTransactionsWithTheSameKeysInAnotherOrderDoNotDeadlock() throws Exception {
        JdbcOutboxStore store = store(PublishSpec.Ordering.LOCKED);
        List<Future<?>> ends = new ArrayList<>();
        transaction().executeWithoutResult((status) -> {
            store.append(List.of(Outboxes.record("0", "b")));
            ends.add(this.threads.submit(() -> publish(store, "b", "a")));
            awaitWaiting(1);
            ends.add(this.threads.submit(() -> publish(store, "a", "b")));
            awaitWaiting(2);
        });
        for (Future<?> end : ends) {
            end.get(120, TimeUnit.SECONDS);
        }
        assertThat(store.backlog().messages()).isEqualTo(5);
    }

    private void publish(JdbcOutboxStore store, String first, String second) {
        transaction()
                .executeWithoutResult((status) -> store.append(List.of(
                        Outboxes.record(first + second + "1", first), Outboxes.record(first + second + "2", second))));
    }

    private void awaitWaiting(int count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> waiting() == count);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
