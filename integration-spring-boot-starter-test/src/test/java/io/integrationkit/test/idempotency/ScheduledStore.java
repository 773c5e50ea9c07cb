package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.test.VirtualTime;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A store without keys, and how time passes for it: by a clock of the test, or by what its server is made to believe. */
interface ScheduledStore {

    IdempotencyStore store();

    /** The clock of the store, or {@code null} if a server has it; then the other two end times. */
    @Nullable
    VirtualTime clock();

    void endLeases();

    void endRetention();

    boolean forgetsByItself();

    static ScheduledStore inMemory() {
        VirtualTime time = new VirtualTime();
        IdempotencyStore store = IdempotencyStore.inMemory(100, time);
        return new ScheduledStore() {
            @Override
            public IdempotencyStore store() {
                return store;
            }

            @Override
            public VirtualTime clock() {
                return time;
            }

            @Override
            public void endLeases() {
                time.advance(Duration.ofMinutes(1));
            }

            @Override
            public void endRetention() {
                time.advance(Duration.ofDays(1));
            }

            @Override
            public boolean forgetsByItself() {
                return true;
            }
        };
    }
}
