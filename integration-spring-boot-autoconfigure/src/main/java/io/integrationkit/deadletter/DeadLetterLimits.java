package io.integrationkit.deadletter;

import io.integrationkit.call.InvalidOperationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/**
 * How long entries are kept, and how large they may be.
 *
 * @param retention time for which a closed entry is kept; there is no way to keep them all, but a long one
 * @param openRetention time after the last failure for which an open or parked entry waits for somebody before it is
 *     discarded; {@code null} for ever
 * @param maxEntrySize size of arguments, or of payload and headers, from which an entry is refused
 */
public record DeadLetterLimits(Duration retention, @Nullable Duration openRetention, DataSize maxEntrySize) {

    private static final DataSize LARGEST = DataSize.ofGigabytes(1);

    /** What holds where nothing is set: closed entries are kept for 30 days, open ones for ever; up to 16 MB each. */
    public static final DeadLetterLimits DEFAULT =
            new DeadLetterLimits(Duration.ofDays(30), null, DataSize.ofMegabytes(16));

    public DeadLetterLimits {
        InvalidOperationException.requireTime("integration.dead-letters.retention", retention, "30d");
        if (openRetention != null) {
            InvalidOperationException.requireTime("integration.dead-letters.open-retention", openRetention, "90d");
        }
        if (maxEntrySize.toBytes() <= 0 || maxEntrySize.compareTo(LARGEST) > 0) {
            throw InvalidOperationException.ofSetting(
                    "integration.dead-letters.max-entry-size=" + maxEntrySize,
                    "is not more than zero and at most " + LARGEST,
                    "a size such as 16MB");
        }
    }
}
