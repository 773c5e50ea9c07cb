package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.test.IdempotencyStoreContract;
import io.integrationkit.test.VirtualTime;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ends times in the table; a store in a database has no clock of its own that could be wrong. */
abstract class JdbcIdempotencyStoreContract extends IdempotencyStoreContract implements ScheduledStore {

    private final IdempotencyStore store = IdempotencyStore.jdbc(access());

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_idempotency");
    }

    @Override
    public IdempotencyStore store() {
        return this.store;
    }

    @Override
    public boolean forgetsByItself() {
        return false;
    }

    @Override
    public void endLeases() {
        access().jdbc()
                .update("update integration_idempotency set lease_until = "
                        + access().database().clock());
    }

    @Override
    public void endRetention() {
        access().jdbc()
                .update("update integration_idempotency set expires_at = "
                        + access().database().clock());
    }

    @Test
    void randomSchedulesGoAsInTheModel() {
        KeySchedule.playAll(200, () -> {
            empty();
            return this;
        });
    }

    @Override
    public @Nullable VirtualTime clock() {
        return null;
    }
}
