package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the calls of one operation add up, for {@link KeyStatistics}: one addition a call, and more only for one that waits
 * or loses its key. Safe for use by any number of threads.
 */
final class KeySums {

    /** A claim in the database that takes as long as this has waited there: nothing else tells. */
    static final Duration SHORTEST_WAIT = Duration.ofMillis(10);

    private final LongAdder executed = new LongAdder();

    private final LongAdder duplicates = new LongAdder();

    private final LongAdder waits = new LongAdder();

    private final LongAdder waitedNanos = new LongAdder();

    private final LongAdder fenceLosses = new LongAdder();

    /** Counts a call that has its key and will run. */
    void executed(Call call) {
        if (isFirstAnswer(call)) {
            this.executed.increment();
        }
    }

    /** Counts a call that will not run, since an earlier one with its key did. */
    void duplicate(Call call) {
        if (isFirstAnswer(call)) {
            this.duplicates.increment();
        }
    }

    /** Only in transactions a call claims more than once: each attempt does. */
    private static boolean isFirstAnswer(Call call) {
        return !(call.attachment() instanceof TransactionalClaim claim) || claim.answered();
    }

    void waited(long nanos) {
        this.waits.increment();
        this.waitedNanos.add(Math.max(0, nanos));
    }

    /** Counts the claim of a transaction as a wait if it took long enough for one. */
    void claimed(long nanos) {
        if (nanos >= SHORTEST_WAIT.toNanos()) {
            waited(nanos);
        }
    }

    void fenceLost() {
        this.fenceLosses.increment();
    }

    KeyStatistics read() {
        return new KeyStatistics(
                this.executed.sum(),
                this.duplicates.sum(),
                this.waits.sum(),
                Duration.ofNanos(this.waitedNanos.sum()),
                this.fenceLosses.sum());
    }
}
