package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.LEASE;
import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.cautious;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.replay;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.support.TransactionTemplate;

/** Keys that live in the transaction of the work; what counts is the effects that were committed. */
@ParameterizedClass
@EnumSource
class JdbcTransactionalKeysTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final JdbcAccess access;

    private final Engine engine;

    private final IdempotencyStore store;

    private final TransactionalKeys keys;

    private final IdempotencyKey key = anyKey();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Let the holder end. */
    private final CountDownLatch end = new CountDownLatch(1);

    private final AtomicInteger conflicts = new AtomicInteger();

    enum Isolation {
        READ_COMMITTED(TransactionDefinition.ISOLATION_READ_COMMITTED),
        REPEATABLE_READ(TransactionDefinition.ISOLATION_REPEATABLE_READ);

        private final int level;

        Isolation(int level) {
            this.level = level;
        }
    }

    JdbcTransactionalKeysTests(Engine engine) {
        this.engine = engine;
        this.access = engine.access();
        this.store = IdempotencyStore.jdbc(this.access);
        this.keys = Objects.requireNonNull(this.store.transactional());
    }

    @BeforeEach
    void tables() {
        this.access.jdbc().execute("create table if not exists effects (operation varchar(100))");
        this.access.jdbc().update("delete from effects");
    }

    @AfterEach
    void stop() throws Exception {
        this.end.countDown();
        this.threads.shutdown();
        assertThat(this.threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    private TransactionTemplate transaction(Isolation isolation) {
        TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());
        transaction.setIsolationLevel(isolation.level);
        return transaction;
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(
                new TransactionTemplate(this.access.transactionManager()).execute((status) -> work.get()));
    }

    private void effect() {
        this.access.jdbc().update("insert into effects values ('crm.update')");
    }

    private int effects() {
        return Objects.requireNonNull(this.access.jdbc().queryForObject("select count(*) from effects", Integer.class));
    }

    /** The work as the library does it: once more in a new transaction after a conflict. */
    private Claim work(Isolation isolation, Duration maxWait) {
        while (true) {
            try {
                return Objects.requireNonNull(transaction(isolation).execute((status) -> {
                    effects();
                    Claim claim = this.keys.claim(request(this.key), maxWait);
                    if (claim instanceof Claim.Granted granted) {
                        effect();
                        assertThat(this.keys.complete(granted.token(), RESULT, TTL))
                                .isTrue();
                    }
                    return claim;
                }));
            } catch (ClaimConflictException ex) {
                this.conflicts.incrementAndGet();
            }
        }
    }

    /** Begins a transaction that holds the key until it is told to end. */
    private Future<?> holder(Isolation isolation, boolean commits) throws Exception {
        CountDownLatch holds = new CountDownLatch(1);
        Future<?> holder = this.threads.submit(() -> transaction(isolation).executeWithoutResult((status) -> {
            ClaimToken token = granted(this.keys.claim(request(this.key), LONG));
            effect();
            holds.countDown();
            awaitEnd();
            assertThat(this.keys.complete(token, RESULT, TTL)).isTrue();
            if (!commits) {
                status.setRollbackOnly();
            }
        }));
        assertThat(holds.await(30, TimeUnit.SECONDS)).isTrue();
        return holder;
    }

    private void awaitEnd() {
        try {
            assertThat(this.end.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private List<Future<Claim>> waiters(int count, Isolation isolation) {
        List<Future<Claim>> waiters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            waiters.add(this.threads.submit(() -> work(isolation, LONG)));
        }
        await().atMost(30, TimeUnit.SECONDS)
                .until(() ->
                        Objects.requireNonNull(this.access.jdbc().queryForObject(waiting(), Integer.class)) >= count);
        return waiters;
    }

    private String waiting() {
        return switch (this.engine) {
            case POSTGRESQL ->
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
            case MARIADB, MYSQL -> "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'";
            case H2 ->
                "select count(*) from information_schema.sessions where executing_statement like 'insert into integration_idem%'";
        };
    }

    @ParameterizedTest
    @EnumSource
    void whoeverWaitsForAHolderThatCommitsGetsItsResult(Isolation isolation) throws Exception {
        Future<?> holder = holder(isolation, true);
        List<Future<Claim>> waiters = waiters(3, isolation);
        this.end.countDown();
        holder.get();
        for (Future<Claim> waiter : waiters) {
            assertThat(waiter.get()).isInstanceOf(Claim.Done.class);
        }
        assertThat(effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void oneOfThoseWhoWaitForAHolderThatRollsBackDoesTheWork(Isolation isolation) throws Exception {
        Future<?> holder = holder(isolation, false);
        List<Future<Claim>> waiters = waiters(3, isolation);
        this.end.countDown();
        holder.get();
        int granted = 0;
        for (Future<Claim> waiter : waiters) {
            if (waiter.get() instanceof Claim.Granted) {
                granted++;
            }
        }
        assertThat(granted).isEqualTo(1);
        assertThat(effects()).isEqualTo(1);
        if (this.engine == Engine.MARIADB || this.engine == Engine.MYSQL) {
            assertThat(this.conflicts).as("the server ends those who wait").hasPositiveValue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void of12CallersOneDoesTheWork(Isolation isolation) throws Exception {
        for (Future<Claim> each : Race.run(12, () -> work(isolation, LONG))) {
            assertThat(each.get()).isInstanceOfAny(Claim.Granted.class, Claim.Done.class);
        }
        assertThat(effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void of12ThievesOneDoesTheWork(Isolation isolation) throws Exception {
        granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        for (Future<Claim> each : Race.run(12, () -> work(isolation, LONG))) {
            assertThat(each.get()).isInstanceOfAny(Claim.Granted.class, Claim.Done.class);
        }
        assertThat(effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theWaitIsBounded(Isolation isolation) throws Exception {
        Future<?> holder = holder(isolation, true);
        Future<Claim> waiter = this.threads.submit(() -> {
            try {
                return work(isolation, Duration.ofMillis(200));
            } catch (UnexpectedRollbackException ex) {
                return new Claim.InProgress(LEASE);
            }
        });
        assertThat(waiter.get(15, TimeUnit.SECONDS)).isInstanceOf(Claim.InProgress.class);
        this.end.countDown();
        holder.get();
        assertThat(work(isolation, LONG)).isInstanceOf(Claim.Done.class);
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aClaimWithALeaseDoesNotWaitForATransaction() throws Exception {
        Future<?> holder = holder(Isolation.READ_COMMITTED, true);
        Future<Claim> lease = this.threads.submit(() -> this.store.claim(request(this.key)));
        assertThat(lease.get(15, TimeUnit.SECONDS)).isInstanceOf(Claim.InProgress.class);
        this.end.countDown();
        holder.get();
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.Done.class);
    }

    @Test
    void theKeyRollsBackWithTheWork() {
        new TransactionTemplate(this.access.transactionManager()).executeWithoutResult((status) -> {
            ClaimToken token = granted(this.keys.claim(request(this.key), LONG));
            this.keys.complete(token, RESULT, TTL);
            status.setRollbackOnly();
        });
        assertThat(this.store.find(this.key.operation(), this.key.hash())).isEmpty();
        granted(this.store.claim(request(this.key)));
    }

    @Test
    void aLeasedKeyIsInProgressUntilItsLeaseIsOver() {
        ClaimToken leased = granted(this.store.claim(request(this.key)));
        assertThat(work(Isolation.READ_COMMITTED, LONG)).isInstanceOf(Claim.InProgress.class);
        assertThat(this.store.extend(leased, Duration.ZERO)).isTrue();
        assertThat(inTransaction(() -> this.keys.claim(cautious(this.key), LONG)))
                .isEqualTo(new Claim.OutcomeUnknown(leased.epoch()));
        ClaimToken thief = inTransaction(() -> {
            Claim.Granted granted = (Claim.Granted) this.keys.claim(request(this.key), LONG);
            assertThat(granted.lapsed()).isTrue();
            assertThat(this.keys.complete(granted.token(), RESULT, TTL)).isTrue();
            return granted.token();
        });
        assertThat(thief.epoch()).isGreaterThan(leased.epoch());
        assertThat(this.store.complete(leased, StoredResult.of(StoredResult.Kind.NULL), TTL))
                .isFalse();
        assertThat(this.store.release(leased)).isFalse();
        assertThat(this.store.claim(request(this.key)))
                .isInstanceOfSatisfying(
                        Claim.Done.class,
                        (done) -> assertThat(done.result().kind()).isEqualTo(StoredResult.Kind.VALUE));
    }

    @Test
    void aTakeoverThatRollsBackLeavesTheKeyAsItWas() {
        ClaimToken leased = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        new TransactionTemplate(this.access.transactionManager()).executeWithoutResult((status) -> {
            granted(this.keys.claim(request(this.key), LONG));
            status.setRollbackOnly();
        });
        assertThat(this.store.complete(leased, RESULT, TTL)).isTrue();
    }

    @Test
    void theReplayOfADeadLetterTakesItsKey() {
        this.store.deadLetter(granted(this.store.claim(request(this.key))), "entry-1", TTL);
        assertThat(work(Isolation.READ_COMMITTED, LONG)).isEqualTo(new Claim.DeadLettered("entry-1"));
        inTransaction(() ->
                this.keys.complete(granted(this.keys.claim(replay(this.key, "entry-1"), LONG)), RESULT, TTL));
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aHolderWhoLostItsKeyCompletesNothing() {
        ClaimToken zombie = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        granted(this.store.claim(request(this.key)));
        assertThat(inTransaction(() -> this.keys.complete(zombie, RESULT, TTL))).isFalse();
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void aTransactionThatLostAConflictCannotCommit() throws Exception {
        Future<?> holder = holder(Isolation.REPEATABLE_READ, false);
        List<Future<Boolean>> waiters = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            waiters.add(this.threads.submit(() -> {
                try {
                    transaction(Isolation.REPEATABLE_READ).executeWithoutResult((status) -> {
                        effects();
                        try {
                            Claim claim = this.keys.claim(request(this.key), LONG);
                            if (claim instanceof Claim.Granted granted) {
                                effect();
                                this.keys.complete(granted.token(), RESULT, TTL);
                            }
                        } catch (ClaimConflictException ex) {
                            this.conflicts.incrementAndGet();
                        }
                    });
                    return true;
                } catch (UnexpectedRollbackException ex) {
                    done.incrementAndGet();
                    return false;
                }
            }));
        }
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Objects.requireNonNull(this.access.jdbc().queryForObject(waiting(), Integer.class)) >= 3);
        this.end.countDown();
        holder.get();
        for (Future<Boolean> waiter : waiters) {
            waiter.get();
        }
        assertThat(done.get()).isEqualTo(this.conflicts.get());
        assertThat(effects()).isEqualTo(1);
    }

    @Test
    void aClaimWantsATransaction() {
        assertThat(this.keys.inTransaction()).isFalse();
        assertThatExceptionOfType(IllegalTransactionStateException.class)
                .isThrownBy(() -> this.keys.claim(request(this.key), LONG));
        assertThat(inTransaction(this.keys::inTransaction)).isTrue();
        assertThat(this.keys.transactionManager()).isSameAs(this.access.transactionManager());
    }

    @Test
    void theWorkWaitsForItsOwnLocksAsLongAsBefore() {
        String setting = (this.engine == Engine.POSTGRESQL)
                ? "select current_setting('lock_timeout') || current_setting('enable_seqscan')"
                : (this.engine == Engine.H2) ? "call lock_timeout()" : "select @@innodb_lock_wait_timeout";
        @Nullable
        String before =
                inTransaction(() -> Objects.requireNonNull(this.access.jdbc().queryForObject(setting, String.class)));
        inTransaction(() -> {
            ClaimToken token = granted(this.keys.claim(request(this.key), Duration.ofMillis(200)));
            assertThat(this.access.jdbc().queryForObject(setting, String.class)).isEqualTo(before);
            this.keys.complete(token, RESULT, TTL);
            assertThat(this.access.jdbc().queryForObject(setting, String.class)).isEqualTo(before);
            return token;
        });
    }
}
