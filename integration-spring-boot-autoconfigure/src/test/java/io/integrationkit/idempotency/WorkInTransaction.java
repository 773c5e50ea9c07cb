package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Work with a key in its transaction, as the library does it, on one engine; its effects are counted once committed. */
final class WorkInTransaction {

    private final JdbcAccess access;

    private final TransactionalKeys keys;

    private final IdempotencyKey key;

    private final AtomicInteger conflicts = new AtomicInteger();

    enum Isolation {
        READ_COMMITTED(TransactionDefinition.ISOLATION_READ_COMMITTED),
        REPEATABLE_READ(TransactionDefinition.ISOLATION_REPEATABLE_READ);

        private final int level;

        Isolation(int level) {
            this.level = level;
        }
    }

    WorkInTransaction(JdbcAccess access, TransactionalKeys keys, IdempotencyKey key) {
        this.access = access;
        this.keys = keys;
        this.key = key;
        access.jdbc().execute("create table if not exists effects (operation varchar(100))");
        access.jdbc().update("delete from effects");
    }

    TransactionTemplate transaction(Isolation isolation) {
        TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());
        transaction.setIsolationLevel(isolation.level);
        return transaction;
    }

    void effect() {
        this.access.jdbc().update("insert into effects values ('crm.update')");
    }

    int effects() {
        return Objects.requireNonNull(this.access.jdbc().queryForObject("select count(*) from effects", Integer.class));
    }

    /** How often the server ended a transaction that wanted the key. */
    AtomicInteger conflicts() {
        return this.conflicts;
    }

    /** The work as the library does it: once more in a new transaction after a conflict. */
    Claim run(Isolation isolation, Duration maxWait) {
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
}
