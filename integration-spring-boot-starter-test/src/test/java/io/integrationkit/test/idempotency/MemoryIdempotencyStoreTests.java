package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.test.IdempotencyStoreContract;
import io.integrationkit.test.VirtualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryIdempotencyStoreTests extends IdempotencyStoreContract {

    private final VirtualTime time = new VirtualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    @Override
    protected IdempotencyStore store() {
        return this.store;
    }

    @Override
    protected void endLeases() {
        this.time.advance(Duration.ofMinutes(1));
    }

    @Override
    protected void endRetention() {
        this.time.advance(Duration.ofDays(1));
    }

    @Override
    protected boolean forgetsByItself() {
        return true;
    }

    @Test
    void randomSchedulesGoAsInTheModel() {
        KeySchedules.playAll(10_000, ScheduledStore::inMemory);
    }
}
