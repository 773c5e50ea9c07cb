package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.LEASE;
import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.replay;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.idempotency.KeyStatus.Phase;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the table of keys does on each engine: epochs, leases, what an operator asks, and other pools. */
@ParameterizedClass
@EnumSource
class JdbcKeysTests {

    private static final Duration FAST = Duration.ofMinutes(1);

    private final JdbcAccess access;

    private final IdempotencyStore store;

    private final IdempotencyKey key = anyKey();

    JdbcKeysTests(Engine engine) {
        this.access = engine.access();
        this.store = IdempotencyStore.jdbc(this.access);
    }

    @BeforeEach
    void empty() {
        this.access.jdbc().update("delete from integration_idempotency");
    }

    @Test
    void theEpochIsTheTimeOfTheClaimAndRisesEvenAfterTheKeyWasGivenBack() {
        ClaimToken first = granted(this.store.claim(request(this.key)));
        assertThat(Instant.ofEpochMilli(first.epoch() / 1000))
                .isBetween(Instant.now().minus(FAST), Instant.now().plus(FAST));
        this.store.release(first);
        ClaimToken second = granted(this.store.claim(request(this.key)));
        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(this.store.free(this.key, second.epoch())).isTrue();
        assertThat(granted(this.store.claim(request(this.key))).epoch()).isGreaterThan(second.epoch());
    }

    @Test
    void theEpochRisesEvenIfTheClockOfTheDatabaseIsBehindIt() {
        ClaimToken ahead = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        this.access.jdbc().update("update integration_idempotency set epoch = epoch + 3600000000");
        assertThat(granted(this.store.claim(request(this.key))).epoch()).isEqualTo(ahead.epoch() + 3_600_000_001L);
    }

    @Test
    void whoeverClaimsAgainUnderTheSameNameHasTheSameClaim() {
        ClaimRequest request = request(this.key);
        ClaimToken token = granted(this.store.claim(request));
        assertThat(granted(this.store.claim(request))).isEqualTo(token);
    }

    @Test
    void anExtendedLeaseIsHeldAndAnEndedOneIsTakenOver() {
        ClaimToken token = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        assertThat(this.store.extend(token, LEASE)).isTrue();
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.InProgress.class);
        assertThat(this.store.extend(token, Duration.ZERO)).isTrue();
        ClaimToken thief = granted(this.store.claim(request(this.key)));
        assertThat(this.store.extend(token, LEASE)).isFalse();
        assertThat(this.store.complete(thief, RESULT, TTL)).isTrue();
        assertThat(this.store.extend(thief, LEASE)).isFalse();
    }

    /** A holder may be only slow, and extend its lease between the look of a thief and its grip. */
    @Test
    void whoSawALeaseEndTakesNothingOnceItIsExtended() {
        ClaimToken slow = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        Thief thief = new Thief();
        this.store.extend(slow, LEASE);
        assertThat(thief.takes()).isFalse();
        assertThat(this.store.complete(slow, RESULT, TTL)).isTrue();
    }

    @Test
    void whoSawALeaseEndTakesNothingOnceAnotherHolderHadTheKey() {
        granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        Thief thief = new Thief();
        ClaimToken other = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        assertThat(thief.takes()).isFalse();
        assertThat(this.store.complete(other, RESULT, TTL)).isTrue();
        assertThat(thief.takes()).isFalse();
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.Done.class);
    }

    /** A call that has read the key of a holder it may follow, and not yet taken it over. */
    private final class Thief {

        private final KeyTable table = new KeyTable(JdbcKeysTests.this.access.database());

        private final KeyStatements statements = KeyStatements.of(JdbcKeysTests.this.access.database(), this.table);

        private final LockWait wait = new LockWait(LEASE, false);

        private final ClaimRequest request = request(JdbcKeysTests.this.key);

        private final KeyRow seen;

        Thief() {
            this.seen = Objects.requireNonNull(JdbcKeysTests.this.access.<@Nullable KeyRow>onOwnConnection(
                    (connection) -> this.statements.insertOrRead(connection, this.request, this.wait)));
            assertThat(this.seen.state().answer(this.request)).isNull();
        }

        boolean takes() {
            ClaimToken token = this.seen.state().takenOverBy(this.request, this.seen.nowMicros());
            Parameters parameters = KeyTable.takeOver(this.request, this.seen.state(), token);
            return JdbcKeysTests.this.access.<Integer>onOwnConnection((connection) ->
                            this.statements.update(connection, this.table.takeOver, parameters, this.wait))
                    == 1;
        }
    }

    @Test
    void aKeyIsFoundInEachScope() {
        IdempotencyKey mine = new IdempotencyKey("crm.update", "me", this.key.hash());
        IdempotencyKey theirs = new IdempotencyKey("crm.update", "they\0" + "x".repeat(300), this.key.hash());
        granted(this.store.claim(request(anyKey())));
        ClaimToken done = granted(this.store.claim(request(mine)));
        this.store.complete(done, RESULT, TTL);
        ClaimToken held = granted(this.store.claim(request(theirs)));
        assertThat(this.store.find("crm.update", this.key.hash()))
                .satisfiesExactlyInAnyOrder(
                        (status) -> {
                            assertThat(status.key()).isEqualTo(mine);
                            assertThat(status.phase()).isEqualTo(Phase.DONE);
                            assertThat(status.epoch()).isEqualTo(done.epoch());
                            assertThat(status.kind()).isEqualTo(StoredResult.Kind.VALUE);
                            assertThat(status.remembered())
                                    .isPositive()
                                    .isLessThanOrEqualTo(TTL)
                                    .isGreaterThan(TTL.minus(FAST));
                        },
                        (status) -> {
                            assertThat(status.phase()).isEqualTo(Phase.IN_PROGRESS);
                            assertThat(status.kind()).isNull();
                            assertThat(status.deadLetterId()).isNull();
                            assertThat(status.leaseLeft()).isPositive().isLessThanOrEqualTo(LEASE);
                            assertThat(this.store.free(status.key(), held.epoch()))
                                    .isTrue();
                        });
        assertThat(this.store.find("crm.delete", this.key.hash())).isEmpty();
        assertThat(this.store.complete(held, RESULT, TTL)).isFalse();
    }

    @Test
    void aKeyIsTakenAwayFromItsHolderAndFromNoOther() {
        ClaimToken token = granted(this.store.claim(request(this.key)));
        assertThat(this.store.free(this.key, token.epoch() - 1)).isFalse();
        assertThat(this.store.free(anyKey(), token.epoch())).isFalse();
        assertThat(this.store.free(this.key, token.epoch())).isTrue();
        assertThat(this.store.free(this.key, token.epoch())).isFalse();
        ClaimToken next = granted(this.store.claim(request(this.key)));
        assertThat(this.store.complete(token, RESULT, TTL)).isFalse();
        assertThat(this.store.complete(next, RESULT, TTL)).isTrue();
        assertThat(this.store.free(this.key, next.epoch())).isFalse();
    }

    @Test
    void aKeyTakenAwayFromAReplayGoesBackToItsEntry() {
        this.store.deadLetter(granted(this.store.claim(request(this.key))), "entry-1", TTL);
        ClaimToken replay = granted(this.store.claim(replay(this.key, "entry-1")));
        assertThat(this.store.free(this.key, replay.epoch())).isTrue();
        assertThat(this.store.complete(replay, RESULT, TTL)).isFalse();
        assertThat(this.store.claim(request(this.key))).isEqualTo(new Claim.DeadLettered("entry-1"));
    }

    @Test
    void keysAreCountedByWhatBecameOfThem() {
        assertThat(this.store.counts()).isEqualTo(new KeyCounts(0, 0, 0, 0, null, false));
        granted(this.store.claim(request(anyKey())));
        granted(this.store.claim(request(anyKey(), Duration.ZERO, TTL)));
        granted(this.store.claim(request(anyKey(), Duration.ZERO, TTL)));
        for (int i = 0; i < 3; i++) {
            this.store.complete(granted(this.store.claim(request(anyKey()))), RESULT, TTL);
        }
        for (int i = 0; i < 4; i++) {
            this.store.deadLetter(granted(this.store.claim(request(anyKey()))), "entry-" + i, TTL);
        }
        this.access.jdbc().update("update integration_idempotency set epoch = epoch - 60000000");
        KeyCounts counts = this.store.counts();
        assertThat(counts).isEqualTo(new KeyCounts(1, 2, 3, 4, counts.oldestClaim(), false));
        assertThat(counts.oldestClaim())
                .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(60).plus(FAST));
    }

    @Test
    void aPoolWithoutAutoCommitCommitsEachWriteAllTheSame() {
        HikariDataSource direct = (HikariDataSource) this.access.dataSource();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(direct.getJdbcUrl());
        config.setUsername(direct.getUsername());
        config.setPassword(direct.getPassword());
        config.setAutoCommit(false);
        config.setMinimumIdle(0);
        config.setMaximumPoolSize(2);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            IdempotencyStore other = IdempotencyStore.jdbc(
                    new JdbcAccess(pool, new JdbcTransactionManager(pool), this.access.database()));
            ClaimToken token = granted(other.claim(request(this.key)));
            assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.InProgress.class);
            assertThat(other.complete(token, RESULT, TTL)).isTrue();
            assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.Done.class);
            assertThat(other.claim(request(this.key))).isInstanceOf(Claim.Done.class);
        }
    }

    @Test
    void aDataSourceThatKnowsTransactionsDoesNotDrawTheClaimIntoOne() {
        TransactionAwareDataSourceProxy proxy = new TransactionAwareDataSourceProxy(this.access.dataSource());
        IdempotencyStore other =
                IdempotencyStore.jdbc(new JdbcAccess(proxy, this.access.transactionManager(), this.access.database()));
        new TransactionTemplate(this.access.transactionManager()).executeWithoutResult((status) -> {
            granted(other.claim(request(this.key)));
            status.setRollbackOnly();
        });
        assertThat(this.store.claim(request(this.key))).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void of64ThievesOneWinsAndTheZombieWritesNothing() throws Exception {
        ClaimToken zombie = granted(this.store.claim(request(this.key, Duration.ZERO, TTL)));
        AtomicInteger effects = new AtomicInteger();
        AtomicInteger late = new AtomicInteger();
        for (Future<Claim> each : Race.run(64, () -> {
            Claim claim = this.store.claim(request(this.key));
            if (claim instanceof Claim.Granted granted) {
                effects.incrementAndGet();
                assertThat(this.store.complete(granted.token(), RESULT, TTL)).isTrue();
                if (this.store.complete(zombie, StoredResult.of(StoredResult.Kind.NULL), TTL)
                        || this.store.release(zombie)
                        || this.store.deadLetter(zombie, "entry", TTL)
                        || this.store.extend(zombie, LEASE)) {
                    late.incrementAndGet();
                }
            }
            return claim;
        })) {
            each.get();
        }
        assertThat(effects).hasValue(1);
        assertThat(late).hasValue(0);
        assertThat(this.store.claim(request(this.key)))
                .isInstanceOfSatisfying(
                        Claim.Done.class,
                        (done) -> assertThat(done.result().kind()).isEqualTo(StoredResult.Kind.VALUE));
    }
}
