package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.test.IdempotencyStoreContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ends times in the table; a store in a database has no clock of its own that could be wrong. */
abstract class JdbcIdempotencyStoreContract extends IdempotencyStoreContract {

    private final IdempotencyStore store = IdempotencyStore.jdbc(access());

    private final ScheduledDatabase database = new ScheduledDatabase(access());

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        this.database.empty();
    }

    @Override
    protected IdempotencyStore store() {
        return this.store;
    }

    @Override
    protected boolean forgetsByItself() {
        return false;
    }

    @Override
    protected void endLeases() {
        this.database.endLeases();
    }

    @Override
    protected void endRetention() {
        this.database.endRetention();
    }

    @Test
    void randomSchedulesGoAsInTheModel() {
        KeySchedules.playAll(200, () -> {
            this.database.empty();
            return this.database;
        });
    }
}
