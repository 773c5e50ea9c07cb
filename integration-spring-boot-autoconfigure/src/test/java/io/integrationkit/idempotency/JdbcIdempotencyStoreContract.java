package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** What stores in a database do besides. */
abstract class JdbcIdempotencyStoreContract extends IdempotencyStoreContract {

    private final IdempotencyStore store = IdempotencyStore.jdbc(access());

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_idempotency");
    }

    @Override
    protected IdempotencyStore store() {
        return this.store;
    }

    @Override
    protected void endLeases() {
        access().jdbc()
                .update("update integration_idempotency set lease_until = "
                        + access().database().clock());
    }

    @Override
    protected void endRetention() {
        access().jdbc()
                .update("update integration_idempotency set expires_at = "
                        + access().database().clock());
    }

    @Test
    void aClaimSurvivesTheRollbackOfTheCaller() {
        new TransactionTemplate(access().transactionManager()).executeWithoutResult((status) -> {
            granted(claim());
            status.setRollbackOnly();
        });
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void aResultSurvivesTheRollbackOfTheCaller() {
        ClaimToken token = granted(claim());
        new TransactionTemplate(access().transactionManager()).executeWithoutResult((status) -> {
            this.store.complete(token, StoredResult.of(StoredResult.Kind.VOID), Duration.ofHours(1));
            status.setRollbackOnly();
        });
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void theEngineIsTheDatabase() {
        assertThat(this.store.durable()).isTrue();
        assertThat(this.store.engine()).isEqualTo(access().database().name().toLowerCase(Locale.ROOT));
    }
}
