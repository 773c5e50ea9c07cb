package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says when the next entries may be replayed, so that the rate holds over the whole run. Time that was lost is made up
 * for, but never more than that of {@link #CATCH_UP}: a job that had to wait does not rush afterwards. Used by one thread.
 */
final class Pace {

    private static final long CATCH_UP = Duration.ofSeconds(1).toNanos();

    private static final int LARGEST_BATCH = 2 * BatchReplay.OF_A_TRANSACTION;

    private static final double BATCHES_PER_SECOND = 5;

    private final @Nullable Double perSecond;

    private final TimeSource time;

    private long next;

    Pace(@Nullable Double perSecond, TimeSource time) {
        this.perSecond = perSecond;
        this.time = time;
        this.next = time.nanoTime();
    }

    /** How many entries may be replayed in one go. */
    int batch() {
        return (this.perSecond == null)
                ? LARGEST_BATCH
                : (int) Math.max(1, Math.min(LARGEST_BATCH, this.perSecond / BATCHES_PER_SECOND));
    }

    /** Time until the next entries may be replayed; zero or less if at once. */
    Duration untilNext() {
        return (this.perSecond == null) ? Duration.ZERO : Duration.ofNanos(this.next - this.time.nanoTime());
    }

    /** Notes that entries are replayed now. */
    void taken(int entries) {
        if (this.perSecond != null) {
            long earliest = this.time.nanoTime() - CATCH_UP;
            long from = (this.next - earliest < 0) ? earliest : this.next;
            this.next = from + (long) (entries * 1_000_000_000.0 / this.perSecond);
        }
    }
}
