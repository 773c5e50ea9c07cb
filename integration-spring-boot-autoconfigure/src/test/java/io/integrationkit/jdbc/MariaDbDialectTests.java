package io.integrationkit.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.testsupport.MariaDbDatabase;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;

/** What the stores rely on, on a server: time zones, inserts that meet, locks that collide. */
class MariaDbDialectTests {

    private static final IdleLimit LIMIT = new IdleLimit(Database.MARIADB, Duration.ofMinutes(1));

    private static final String INSERT = "insert into thing (name, amount) values (?, ?)";

    private static JdbcAccess access;

    @BeforeAll
    static void open() {
        access = MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'");
    }

    @BeforeEach
    void createTable() {
        access.jdbc()
                .execute(
                        "create or replace table thing (name varchar(20) primary key, amount integer, happened_at datetime(6))");
    }

    @Test
    void clockIsUtcWhateverTheTimeZoneOfTheSessionAndKeepsMicroseconds() {
        Instant here = clock(access);
        Instant there = clock(MariaDbDatabase.access("?sessionVariables=time_zone='-11:00'"));
        assertThat(Duration.between(here, there)).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(Duration.between(InstantSource.system().instant(), here).abs())
                .isLessThan(Duration.ofMinutes(30));
    }

    private static Instant clock(JdbcAccess session) {
        return java.util.Objects.requireNonNull(session.jdbc()
                .queryForObject(
                        "select " + Database.MARIADB.clock() + " as now",
                        (row, index) -> Database.MARIADB.moment(row, "now")));
    }

    @Test
    void momentIsReadAsItWasWrittenUnderAnotherTimeZone() {
        Instant moment = Instant.parse("2026-10-25T00:30:00.123456Z");
        TimeZone before = TimeZone.getDefault();
        try {
            for (String zone : List.of("America/New_York", "Europe/Berlin", "Asia/Kolkata")) {
                TimeZone.setDefault(TimeZone.getTimeZone(ZoneId.of(zone)));
                access.jdbc()
                        .update(
                                "replace into thing (name, happened_at) values (?, ?)",
                                zone,
                                Database.MARIADB.parameter(moment));
            }
            assertThat(access.jdbc()
                            .query(
                                    "select happened_at from thing",
                                    (row, index) -> Database.MARIADB.moment(row, "happened_at")))
                    .containsExactly(moment, moment, moment);
            assertThat(access.jdbc().queryForList("select cast(happened_at as char) from thing", String.class))
                    .containsOnly("2026-10-25 00:30:00.123456");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void timeToAMomentIsInMillisecondsRoundedUp() {
        access.jdbc()
                .update(
                        "insert into thing (name, happened_at) values ('x', " + Database.MARIADB.clockPlusMillis()
                                + ")",
                        60_000);
        Long left = access.jdbc()
                .queryForObject("select " + Database.MARIADB.millisUntil("happened_at") + " from thing", Long.class);
        assertThat(left).isBetween(1L, 60_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?useAffectedRows=true", "?useServerPrepStmts=true"})
    void insertTellsWhetherTheKeyWasThereHoweverTheDriverCounts(String options) {
        JdbcAccess session = MariaDbDatabase.access(options);
        session.jdbc().execute("create table thing (name varchar(20) primary key, amount integer)");
        assertThat(insert(session, "a", 1)).isTrue();
        assertThat(insert(session, "a", 2)).isFalse();
        assertThat(insert(session, "b", 3)).isTrue();
        assertThat(session.jdbc().queryForList("select amount from thing order by name", Integer.class))
                .containsExactly(1, 3);
    }

    @Test
    void insertTellsItAlsoWhereTheTableNumbersItsRows() {
        access.jdbc()
                .execute(
                        "create or replace table numbered (name varchar(20) primary key, seq bigint auto_increment, unique key (seq))");
        String sql = "insert into numbered (name, seq) values (?, ?)";
        assertThat(Database.MARIADB.insertIfAbsent(access.jdbc(), sql, "a", null))
                .isTrue();
        assertThat(Database.MARIADB.insertIfAbsent(access.jdbc(), sql, "a", null))
                .isFalse();
        assertThat(Database.MARIADB.insertIfAbsent(access.jdbc(), sql, "b", null))
                .isTrue();
    }

    @Test
    void insertOfWhatIsTooLongIsRefusedAndNotCutOff() {
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> insert(access, "x".repeat(21), 1));
        assertThat(access.jdbc().queryForObject("select count(*) from thing", Long.class))
                .isZero();
    }

    /** The server may end one of them with a deadlock, whose transaction is done again. */
    @Test
    void ofTwoInsertsThatWaitForATransactionThatRollsBackOneIsFirst() throws Exception {
        CountDownLatch inserted = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Future<?> first = threads.submit(() -> access.<@Nullable Object>inNewTransaction(() -> {
                insert(access, "a", 1);
                inserted.countDown();
                await(waiting);
                throw new IllegalStateException("rolls back");
            }));
            await(inserted);
            Future<Boolean> second = threads.submit(() -> inOwnTransaction(() -> insert(access, "a", 2)));
            Future<Boolean> third = threads.submit(() -> inOwnTransaction(() -> insert(access, "a", 3)));
            awaitWaiters(2);
            waiting.countDown();
            assertThat(List.of(second.get(30, TimeUnit.SECONDS), third.get(30, TimeUnit.SECONDS)))
                    .containsExactlyInAnyOrder(true, false);
            assertThat(first).failsWithin(Duration.ofSeconds(30));
        } finally {
            waiting.countDown();
            threads.shutdownNow();
        }
    }

    /** A plain insert would not wait here but share the lock, and both updates would end in a deadlock. */
    @Test
    void twoThatFindTheKeyAndGoOnToUpdateTheRowQueue() throws Exception {
        insert(access, "a", 0);
        CountDownLatch found = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<Boolean> first = threads.submit(() -> access.inNewTransaction(() -> {
                boolean inserted = insert(access, "a", 1);
                found.countDown();
                await(waiting);
                take("a");
                return inserted;
            }));
            await(found);
            Future<Boolean> second = threads.submit(() -> access.inNewTransaction(() -> {
                boolean inserted = insert(access, "a", 2);
                take("a");
                return inserted;
            }));
            awaitWaiters(1);
            waiting.countDown();
            assertThat(first.get(30, TimeUnit.SECONDS)).isFalse();
            assertThat(second.get(30, TimeUnit.SECONDS)).isFalse();
        } finally {
            waiting.countDown();
            threads.shutdownNow();
        }
        assertThat(access.jdbc().queryForObject("select amount from thing", Integer.class))
                .isEqualTo(2);
    }

    private static boolean inOwnTransaction(Supplier<Boolean> work) {
        return LockConflicts.retried(Database.MARIADB, () -> access.inNewTransaction(work));
    }

    @Test
    @Trap(15)
    void transactionThatLostADeadlockIsDoneAgain() throws Exception {
        access.jdbc().update("insert into thing (name, amount) values ('a', 0), ('b', 0)");
        CyclicBarrier bothHoldOne = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<@Nullable Object>> ends = List.of(
                    threads.submit(() -> takeBoth("a", "b", bothHoldOne)),
                    threads.submit(() -> takeBoth("b", "a", bothHoldOne)));
            for (Future<?> end : ends) {
                end.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(access.jdbc().queryForList("select amount from thing", Integer.class))
                .containsExactly(2, 2);
    }

    private static @Nullable Object takeBoth(String first, String then, CyclicBarrier barrier) {
        boolean[] met = new boolean[1];
        return LockConflicts.<@Nullable Object>retried(
                Database.MARIADB,
                () -> access.<@Nullable Object>inNewTransaction(() -> {
                    take(first);
                    if (!met[0]) {
                        met[0] = true;
                        meet(barrier);
                    }
                    take(then);
                    return null;
                }));
    }

    private static void take(String name) {
        access.jdbc().update("update thing set amount = amount + 1 where name = ?", name);
    }

    @Test
    void shortTransactionIsReadCommittedAndAllOrNothing() {
        String isolation = MySqlTransaction.run(access.jdbc(), LIMIT, (transaction) -> {
            transaction.update(INSERT, "a", 1);
            return transaction.queryForObject(
                    "select trx_isolation_level from information_schema.innodb_trx where trx_mysql_thread_id = connection_id()",
                    String.class);
        });
        assertThat(isolation).isEqualTo("READ COMMITTED");
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> MySqlTransaction.run(access.jdbc(), LIMIT, (transaction) -> {
                    transaction.update(INSERT, "b", 1);
                    return transaction.update(INSERT, "a", 1);
                }));
        assertThat(access.jdbc().queryForList("select name from thing", String.class))
                .containsExactly("a");
        access.jdbc().update(INSERT, "c", 1);
        assertThat(access.inNewTransaction(
                        () -> access.jdbc().queryForObject("select count(*) from thing", Long.class)))
                .isEqualTo(2);
    }

    @Test
    void shortTransactionJoinsOneThatIsActive() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> access.<@Nullable Object>inTransaction(() -> {
                    MySqlTransaction.run(access.jdbc(), LIMIT, (transaction) -> transaction.update(INSERT, "a", 1));
                    throw new IllegalStateException("rolls back");
                }));
        assertThat(access.jdbc().queryForObject("select count(*) from thing", Long.class))
                .isZero();
    }

    @Test
    void lockThatIsNotGivenInTimeAndStatementThatIsEndedLeftNothingBehind() {
        access.jdbc().update(INSERT, "a", 0);
        access.inNewTransaction(() -> {
            take("a");
            assertNothingHappened(() -> access.inNewTransaction(() -> {
                access.jdbc().execute("set innodb_lock_wait_timeout = 1");
                take("a");
                return true;
            }));
            return true;
        });
        assertNothingHappened(() -> access.jdbc()
                .execute(
                        "set statement max_statement_time = 0.05 for select sleep(20) from information_schema.tables"));
    }

    private static void assertNothingHappened(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(work)
                .satisfies((ex) -> assertThat(new FailureClassification(List.of(), InstantSource.system()).classify(ex))
                        .isEqualTo(Failure.of(FailureCategory.TEMPORARY)));
    }

    private static boolean insert(JdbcAccess session, String name, int amount) {
        return Database.MARIADB.insertIfAbsent(session.jdbc(), INSERT, name, amount);
    }

    /** The server renews what it tells of waiting transactions ten times a second. */
    private static void awaitWaiters(int number) {
        Awaitility.await()
                .until(() -> Integer.valueOf(number)
                        .equals(access.jdbc()
                                .queryForObject(
                                        "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'",
                                        Integer.class)));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception ex) {
            throw new IllegalStateException(ex);
        }
    }
}
