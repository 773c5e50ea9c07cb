package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.LEASE;
import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Race;
import io.integrationkit.testsupport.Rounds;
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
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.transaction.support.TransactionTemplate;

/** The clean-up beside calls that claim the same keys, and beside other clean-ups. */
@ParameterizedClass
@EnumSource
class JdbcExpiredKeysTests {

    private static final int KEYS = 4;

    private final JdbcAccess access;

    private final Engine engine;

    private final IdempotencyStore store;

    JdbcExpiredKeysTests(Engine engine) {
        this.engine = engine;
        this.access = engine.access();
        this.store = IdempotencyStore.jdbc(this.access);
    }

    @BeforeEach
    void empty() {
        this.access.jdbc().update("delete from integration_idempotency");
    }

    /** Keys are forgotten the moment they are claimed, so that only the lease protects them. */
    @Test
    void noKeyIsDeletedOrGivenAwayWhileItIsHeld() throws Exception {
        List<IdempotencyKey> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add(anyKey());
        }
        AtomicIntegerArray inside = new AtomicIntegerArray(KEYS);
        AtomicInteger together = new AtomicInteger();
        AtomicInteger lost = new AtomicInteger();
        AtomicInteger granted = new AtomicInteger();
        AtomicInteger deleted = new AtomicInteger();
        AtomicInteger callers = new AtomicInteger(8);
        AtomicInteger threads = new AtomicInteger();
        for (Future<Integer> each : Race.run(10, () -> {
            if (threads.getAndIncrement() < 2) {
                while (callers.get() > 0) {
                    deleted.addAndGet(this.store.deleteExpired(2));
                }
                return 0;
            }
            try {
                for (int i = 0; i < Rounds.share(60); i++) {
                    int index = i % KEYS;
                    Claim claim = this.store.claim(request(keys.get(index), LEASE, Duration.ZERO));
                    if (claim instanceof Claim.Granted won) {
                        granted.incrementAndGet();
                        together.accumulateAndGet(inside.incrementAndGet(index), Math::max);
                        Thread.yield();
                        inside.decrementAndGet(index);
                        boolean kept = (i % 3 == 0)
                                ? this.store.release(won.token())
                                : this.store.complete(won.token(), RESULT, Duration.ZERO);
                        if (!kept) {
                            lost.incrementAndGet();
                        }
                    }
                }
            } finally {
                callers.decrementAndGet();
            }
            return 0;
        })) {
            each.get();
        }
        assertThat(together).as("holders of one key at a time").hasValue(1);
        assertThat(lost).as("claims that were gone").hasValue(0);
        assertThat(granted.get()).isGreaterThan(KEYS);
        assertThat(deleted.get()).isPositive();
    }

    @Test
    void aBatchPassesOverAKeyThatATransactionHolds() throws Exception {
        IdempotencyKey held = forgotten();
        forgotten();
        TransactionalKeys keys = Objects.requireNonNull(this.store.transactional());
        ExecutorService other = Executors.newSingleThreadExecutor();
        try {
            new TransactionTemplate(this.access.transactionManager()).executeWithoutResult((status) -> {
                ClaimToken token = granted(keys.claim(request(held), TTL));
                Future<Integer> batch = other.submit(() -> this.store.deleteExpired(10));
                try {
                    assertThat(batch.get(10, TimeUnit.SECONDS)).isEqualTo(1);
                } catch (Exception ex) {
                    throw new IllegalStateException(ex);
                }
                assertThat(keys.complete(token, RESULT, TTL)).isTrue();
            });
        } finally {
            other.shutdownNow();
        }
        assertThat(this.store.deleteExpired(10)).isZero();
        assertThat(this.store.claim(request(held))).isInstanceOf(Claim.Done.class);
    }

    private IdempotencyKey forgotten() {
        IdempotencyKey key = anyKey();
        this.store.complete(granted(this.store.claim(request(key))), RESULT, Duration.ZERO);
        return key;
    }

    @Test
    void oneInstanceDeletesAtATimeAndTheOthersDoNotWait() throws Exception {
        assumeThat(this.engine)
                .as("a database of one process has one instance that deletes")
                .isNotEqualTo(Engine.H2);
        forgotten();
        CountDownLatch holds = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService other = Executors.newCachedThreadPool();
        try {
            Future<?> sweeper = other.submit(() -> this.access.inNewTransaction(() -> {
                boolean postgres = this.engine == Engine.POSTGRESQL;
                this.access.jdbc().queryForList(postgres ? ExpiredKeys.POSTGRES_LOCK : ExpiredKeys.MYSQL_LOCK);
                holds.countDown();
                try {
                    assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException ex) {
                    throw new IllegalStateException(ex);
                }
                if (!postgres) {
                    this.access.jdbc().queryForList(ExpiredKeys.MYSQL_UNLOCK);
                }
                return 0;
            }));
            assertThat(holds.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(other.submit(() -> this.store.deleteExpired(10)).get(10, TimeUnit.SECONDS))
                    .isZero();
            end.countDown();
            sweeper.get();
        } finally {
            end.countDown();
            other.shutdownNow();
        }
        assertThat(this.store.deleteExpired(10)).isEqualTo(1);
        assertThat(this.store.deleteExpired(10)).isZero();
    }
}
