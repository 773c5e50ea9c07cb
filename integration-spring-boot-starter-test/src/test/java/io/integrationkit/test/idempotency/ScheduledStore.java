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

    /**
     * Says what others do after the next claim has looked at its key and before it takes it over, where the store has such
     * a moment; {@code null} for nothing.
     */
    default void beforeTakeover(@Nullable Runnable others) {}

    /**
     * Sets the clock that gives epochs back, where that is in the hand of a test.
     *
     * @return by how many microseconds; zero if it was not
     */
    default long clockGoesBack() {
        return 0;
    }

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
