package io.integrationkit.actuate;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Count of a part that may be switched off, which it stands, and made anew, which it goes on from. What the part counted
 * after it was read for the last time and before it was switched off is not known. Safe for use by any number of threads.
 */
final class StandingCount {

    private final Supplier<@Nullable Long> part;

    /** Sum of the parts that are gone. */
    private long before;

    private long latest;

    /**
     * Creates a count of nothing.
     *
     * @param part what the part has counted since it was made, or {@code null} while there is none
     */
    StandingCount(Supplier<@Nullable Long> part) {
        this.part = part;
    }

    /** Asks the part inside the lock: an older answer that came later would look like that of a new part. */
    synchronized long read() {
        Long now = this.part.get();
        if (now == null || now < this.latest) {
            this.before += this.latest;
            this.latest = 0;
        }
        if (now != null) {
            this.latest = now;
        }
        return this.before + this.latest;
    }
}
