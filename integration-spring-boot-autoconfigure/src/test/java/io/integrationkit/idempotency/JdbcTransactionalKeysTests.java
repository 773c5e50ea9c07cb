package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.cautious;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.replay;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.idempotency.WorkInTransaction.Isolation;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.support.TransactionTemplate;

/** Keys that live in the transaction of the work: what commits, rolls back and is left to others. */
@ParameterizedClass
@EnumSource
class JdbcTransactionalKeysTests {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final JdbcAccess access;

    private final Engine engine;

    private final IdempotencyStore store;

    private final TransactionalKeys keys;

    private final IdempotencyKey key = anyKey();

    private final WorkInTransaction work;

    JdbcTransactionalKeysTests(Engine engine) {
        this.engine = engine;
        this.access = engine.access();
        this.store = IdempotencyStore.jdbc(this.access);
        this.keys = Objects.requireNonNull(this.store.transactional());
        this.work = new WorkInTransaction(this.access, this.keys, this.key);
    }

    private <T> T inTransaction(Supplier<T> work) {
        return Objects.requireNonNull(
                new TransactionTemplate(this.access.transactionManager()).execute((status) -> work.get()));
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
        assertThat(this.work.run(Isolation.READ_COMMITTED, LONG)).isInstanceOf(Claim.InProgress.class);
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
        assertThat(this.work.run(Isolation.READ_COMMITTED, LONG)).isEqualTo(new Claim.DeadLettered("entry-1"));
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
