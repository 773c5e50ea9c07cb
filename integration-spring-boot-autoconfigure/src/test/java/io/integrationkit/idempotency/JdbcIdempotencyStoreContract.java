package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** What only stores in a database do; what every store does is in the test kit. */
abstract class JdbcIdempotencyStoreContract {

    private final IdempotencyStore store = IdempotencyStore.jdbc(access());

    private final IdempotencyKey key = new IdempotencyKey(
            "crm.update", "", UUID.randomUUID().toString().replace("-", "").repeat(2));

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_idempotency");
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

    private Claim claim() {
        return this.store.claim(new ClaimRequest(
                this.key,
                "aa".repeat(32),
                UUID.randomUUID().toString(),
                Duration.ofSeconds(30),
                Duration.ofHours(24),
                true,
                null));
    }

    private static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }
}
