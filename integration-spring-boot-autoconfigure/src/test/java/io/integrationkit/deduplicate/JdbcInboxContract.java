package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Race;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** What an inbox in a database does beside what every inbox does. */
abstract class JdbcInboxContract {

    final Inbox inbox = Inbox.jdbc(access(), Duration.ofDays(7));

    private final TransactionTemplate transaction = new TransactionTemplate(access().transactionManager());

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_inbox");
    }

    static MessageIdentity message(String id) {
        return new MessageIdentity("consumer", "", id);
    }

    private Arrival deliver(MessageIdentity message) {
        return access().inTransaction(() -> this.inbox.receive(message));
    }

    /** Who waits for a commit at REPEATABLE READ may have to begin anew; it never handles the message. */
    @ParameterizedTest
    @CsvSource({
        "true, ISOLATION_READ_COMMITTED",
        "false, ISOLATION_READ_COMMITTED",
        "true, ISOLATION_REPEATABLE_READ",
        "false, ISOLATION_REPEATABLE_READ"
    })
    void aCopyWaitsForTheTransactionThatHandlesTheMessage(boolean commits, String isolation) throws Exception {
        waits(commits, isolation, (message) -> this.inbox.receive(message));
    }

    @ParameterizedTest
    @CsvSource({
        "true, ISOLATION_READ_COMMITTED",
        "false, ISOLATION_READ_COMMITTED",
        "true, ISOLATION_REPEATABLE_READ",
        "false, ISOLATION_REPEATABLE_READ"
    })
    void aBatchWithACopyWaitsForTheTransactionThatHandlesTheMessage(boolean commits, String isolation)
            throws Exception {
        waits(
                commits,
                isolation,
                (message) -> this.inbox
                        .receiveAll(List.of(message("a"), message, message("z")))
                        .get(message));
    }

    @FunctionalInterface
    private interface Receiving {
        Arrival receive(MessageIdentity message);
    }

    private void waits(boolean commits, String isolation, Receiving receiving) throws Exception {
        TransactionTemplate isolated = new TransactionTemplate(access().transactionManager());
        isolated.setIsolationLevelName(isolation);
        MessageIdentity message = message("raced");
        CountDownLatch received = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            Future<Arrival> first = executor.submit(() -> isolated.execute((status) -> {
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
            Future<Arrival> copy = executor.submit(() -> {
                try {
                    return isolated.execute((status) -> {
                        asking.countDown();
                        return receiving.receive(message);
                    });
                } catch (ConcurrencyFailureException ex) {
                    assertThat(isolated.getIsolationLevel()).isEqualTo(TransactionDefinition.ISOLATION_REPEATABLE_READ);
                    return isolated.execute((status) -> receiving.receive(message));
                }
            });
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

    @ParameterizedTest
    @ValueSource(strings = {"ISOLATION_READ_COMMITTED", "ISOLATION_DEFAULT"})
    void batchesOfTheSameMessagesInAnyOrderNeverEndInADeadlock(String isolation) throws Exception {
        TransactionTemplate isolated = new TransactionTemplate(access().transactionManager());
        isolated.setIsolationLevelName(isolation);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> prefixes = List.of("", "\u00e4", "\ufb00", "\ud83d\ude00");
        for (int round = 0; round < 200; round++) {
            int number = round;
            List<MessageIdentity> messages = new ArrayList<>(IntStream.range(0, 24)
                    .mapToObj((each) ->
                            message(prefixes.get(each % 4) + random.nextInt(1_000) + "-" + each + "-" + number))
                    .toList());
            // Some are there already, so that locks are taken on rows that exist and on gaps before them.
            isolated.execute((status) -> this.inbox.receiveAll(messages.subList(0, 8)));
            List<List<MessageIdentity>> batches = new ArrayList<>();
            for (int consumer = 0; consumer < 2; consumer++) {
                Collections.shuffle(messages, random);
                batches.add(List.copyOf(messages));
            }
            AtomicInteger next = new AtomicInteger();
            AtomicInteger effects = new AtomicInteger();
            for (Future<Boolean> each : Race.run(2, () -> {
                List<MessageIdentity> batch = batches.get(next.getAndIncrement());
                isolated.executeWithoutResult((status) -> {
                    long first = this.inbox.receiveAll(batch).values().stream()
                            .filter((arrival) -> arrival == Arrival.FIRST)
                            .count();
                    effects.addAndGet((int) first);
                });
                return true;
            })) {
                assertThat(each).as("round %s of seed %s", number, seed).succeedsWithin(Duration.ZERO);
            }
            assertThat(effects).as("round %s of seed %s", number, seed).hasValue(16);
        }
    }

    @Test
    void rowsOfABatchThatRolledBackAreGone() {
        List<MessageIdentity> batch = List.of(message("a"), message("b"), message("c"));
        deliver(message("b"));
        this.transaction.executeWithoutResult((status) -> {
            assertThat(this.inbox.receiveAll(batch).values())
                    .containsExactly(Arrival.FIRST, Arrival.DUPLICATE, Arrival.FIRST);
            status.setRollbackOnly();
        });
        assertThat(rows()).isEqualTo(1);
        assertThat(deliver(message("a"))).isEqualTo(Arrival.FIRST);
        assertThat(deliver(message("b"))).isEqualTo(Arrival.DUPLICATE);
        assertThat(deliver(message("c"))).isEqualTo(Arrival.FIRST);
    }

    /** Of half a character drivers make a question mark, so what is read is not what was asked for. */
    @Test
    void aMessageWithHalfACharacterIsReceivedOnce() {
        MessageIdentity half = message("half \uD83D");
        MessageIdentity whole = message("whole \uD83D\uDE00");
        assertThat(access().inTransaction(() -> this.inbox.receiveAll(List.of(half, whole))))
                .containsExactly(Map.entry(half, Arrival.FIRST), Map.entry(whole, Arrival.FIRST));
        assertThat(access().inTransaction(() -> this.inbox.receiveAll(List.of(half, whole))))
                .containsExactly(Map.entry(half, Arrival.DUPLICATE), Map.entry(whole, Arrival.DUPLICATE));
        assertThat(deliver(half)).isEqualTo(Arrival.DUPLICATE);
    }

    @Test
    void aBatchLargerThanAStatementTakesIsReceivedWhole() {
        List<MessageIdentity> large = IntStream.range(0, 2_500)
                .mapToObj((number) -> message(String.valueOf(number)))
                .toList();
        assertThat(access().inTransaction(() -> this.inbox.receiveAll(large)).values())
                .hasSize(2_500)
                .containsOnly(Arrival.FIRST);
        assertThat(rows()).isEqualTo(2_500);
    }

    @Test
    void aDuplicateLeavesTheTransactionUsable() {
        MessageIdentity message = message("m");
        deliver(message);
        this.transaction.executeWithoutResult((status) -> {
            assertThat(this.inbox.receive(message)).isEqualTo(Arrival.DUPLICATE);
            assertThat(this.inbox.receiveAll(List.of(message)).values()).containsExactly(Arrival.DUPLICATE);
            assertThat(this.inbox.receive(message("n"))).isEqualTo(Arrival.FIRST);
        });
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void aLargeBacklogIsDeletedInBoundedBatches() {
        access().inTransaction(() -> this.inbox.receiveAll(IntStream.range(0, 5_000)
                .mapToObj((number) -> message(String.valueOf(number)))
                .toList()));
        access().jdbc().update("update integration_inbox set received_at = received_at - interval '7' day");
        deliver(message("young"));
        int batches = 0;
        int deleted;
        do {
            int before = rows();
            deleted = this.inbox.deleteExpired(500);
            assertThat(before - rows()).isEqualTo(deleted).isLessThanOrEqualTo(500);
            batches++;
        } while (deleted > 0);
        assertThat(batches).isEqualTo(11);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void oneInstanceCleansUpAtATime() throws Exception {
        Assumptions.assumeTrue(access().database() != Database.H2, "it is of one process");
        deliver(message("old"));
        access().jdbc().update("update integration_inbox set received_at = received_at - interval '7' day");
        boolean postgres = access().database() == Database.POSTGRESQL;
        String held = postgres
                ? ExpiredMessages.POSTGRES_LOCK
                : "select get_lock(concat('integration_inbox_', md5(database())), 0)";
        try (Connection other = access().dataSource().getConnection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.executeQuery(held).close();
            assertThat(this.inbox.deleteExpired(10)).isZero();
            if (!postgres) {
                statement
                        .executeQuery("select release_lock(concat('integration_inbox_', md5(database())))")
                        .close();
            }
            other.rollback();
            other.setAutoCommit(true);
        }
        assertThat(this.inbox.deleteExpired(10)).isEqualTo(1);
    }

    @Test
    void theCleanUpWaitsForNobodyWhoAsksForAnOldMessage() {
        Assumptions.assumeTrue(access().database() != Database.H2, "it cannot pass over locked rows");
        deliver(message("asked"));
        deliver(message("old"));
        access().jdbc().update("update integration_inbox set received_at = received_at - interval '7' day");
        this.transaction.executeWithoutResult((status) -> {
            access().jdbc()
                    .queryForList(
                            "select message_id from integration_inbox where message_id = 'asked' and consumer = 'consumer' and source = '' for update");
            assertThat(this.inbox.deleteExpired(10)).isEqualTo(1);
        });
        assertThat(this.inbox.deleteExpired(10)).isEqualTo(1);
    }

    @Test
    void itIsKeptInTheDatabase() {
        assertThat(this.inbox.durable()).isTrue();
        assertThat(this.inbox.transactions()).isSameAs(access());
    }

    final int rows() {
        Integer rows = access().jdbc().queryForObject("select count(*) from integration_inbox", Integer.class);
        return (rows != null) ? rows : 0;
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
