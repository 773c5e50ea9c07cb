package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.LEASE;
import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.idempotency.WorkInTransaction.Isolation;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.transaction.UnexpectedRollbackException;

/** Who waits for the transaction that holds a key, and what becomes of those who do; effects that were committed count. */
@ParameterizedClass
@EnumSource
class JdbcTransactionalWaitsTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final JdbcAccess access;

    private final Engine engine;

    private final IdempotencyStore store;

    private final TransactionalKeys keys;

    private final IdempotencyKey key = anyKey();

    private final WorkInTransaction work;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Let the holder end. */
    private final CountDownLatch end = new CountDownLatch(1);

    JdbcTransactionalWaitsTests(Engine engine) {
        this.engine = engine;
        this.access = engine.access();
        this.store = IdempotencyStore.jdbc(this.access);
        this.keys = Objects.requireNonNull(this.store.transactional());
        this.work = new WorkInTransaction(this.access, this.keys, this.key);
    }

    @AfterEach
    void stop() throws Exception {
        this.end.countDown();
        this.threads.shutdown();
        assertThat(this.threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    /** Begins a transaction that holds the key until it is told to end. */
    private Future<?> holder(Isolation isolation, boolean commits) throws Exception {
        CountDownLatch holds = new CountDownLatch(1);
        Future<?> holder =
                this.threads.submit(() -> this.work.transaction(isolation).executeWithoutResult((status) -> {
                    ClaimToken token = granted(this.keys.claim(request(this.key), LONG));
                    this.work.effect();
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
            waiters.add(this.threads.submit(() -> this.work.run(isolation, LONG)));
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
        assertThat(this.work.effects()).isEqualTo(1);
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
        assertThat(this.work.effects()).isEqualTo(1);
        if (this.engine == Engine.MARIADB || this.engine == Engine.MYSQL) {
            assertThat(this.work.conflicts())
                    .as("the server ends those who wait")
                    .hasPositiveValue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void of12CallersOneDoesTheWork(Isolation isolation) throws Exception {
        for (Future<Claim> each : Race.run(12, () -> this.work.run(isolation, LONG))) {
            assertThat(each.get()).isInstanceOfAny(Claim.Granted.class, Claim.Done.class);
        }
        assertThat(this.work.effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void of12ThievesOneDoesTheWork(Isolation isolation) throws Exception {
        granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        for (Future<Claim> each : Race.run(12, () -> this.work.run(isolation, LONG))) {
            assertThat(each.get()).isInstanceOfAny(Claim.Granted.class, Claim.Done.class);
        }
        assertThat(this.work.effects()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void theWaitIsBounded(Isolation isolation) throws Exception {
        Future<?> holder = holder(isolation, true);
        Future<Claim> waiter = this.threads.submit(() -> {
            try {
                return this.work.run(isolation, Duration.ofMillis(200));
            } catch (UnexpectedRollbackException ex) {
                return new Claim.InProgress(LEASE);
            }
        });
        assertThat(waiter.get(15, TimeUnit.SECONDS)).isInstanceOf(Claim.InProgress.class);
        this.end.countDown();
        holder.get();
        assertThat(this.work.run(isolation, LONG)).isInstanceOf(Claim.Done.class);
        assertThat(this.work.effects()).isEqualTo(1);
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
    void aTransactionThatLostAConflictCannotCommit() throws Exception {
        Future<?> holder = holder(Isolation.REPEATABLE_READ, false);
        List<Future<Boolean>> waiters = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            waiters.add(this.threads.submit(() -> {
                try {
                    this.work.transaction(Isolation.REPEATABLE_READ).executeWithoutResult((status) -> {
                        this.work.effects();
                        try {
                            Claim claim = this.keys.claim(request(this.key), LONG);
                            if (claim instanceof Claim.Granted granted) {
                                this.work.effect();
                                this.keys.complete(granted.token(), RESULT, TTL);
                            }
                        } catch (ClaimConflictException ex) {
                            this.work.conflicts().incrementAndGet();
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
        assertThat(done.get()).isEqualTo(this.work.conflicts().get());
        assertThat(this.work.effects()).isEqualTo(1);
    }
}
