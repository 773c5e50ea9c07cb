package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.OpenDeadLetter;
import io.integrationkit.deadletter.ReplayResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How long a job waits for what may change by itself. Used by one thread. */
final class Waits {

    static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final ReplayJobSettings settings;

    private final TimeSource time;

    private final Map<String, Long> takenSince = new HashMap<>();

    private @Nullable Long refusedSince;

    private Duration wait = LOOK_AGAIN;

    Waits(ReplayJobSettings settings, TimeSource time) {
        this.settings = settings;
        this.time = time;
    }

    /** Notes that an entry was not refused. */
    void wentOn() {
        this.refusedSince = null;
        this.wait = LOOK_AGAIN;
    }

    /** Why the job must stop after a refusal of this application, or {@code null} if it may wait. */
    @Nullable
    String refusedForTooLong(ReplayResult refused) {
        long now = this.time.nanoTime();
        this.refusedSince = (this.refusedSince != null) ? this.refusedSince : now;
        return (now - this.refusedSince >= this.settings.longestRefusal().toNanos())
                ? "the application refused replays for integration.dead-letters.replay-jobs.longest-refusal=%s: %s"
                        .formatted(this.settings.longestRefusal(), refused.detail())
                : null;
    }

    /** The time to wait after a refusal, each time longer. */
    Duration nextRefusedWait() {
        Duration current = this.wait;
        Duration doubled = current.multipliedBy(2);
        this.wait = (doubled.compareTo(LONGEST) < 0) ? doubled : LONGEST;
        return current;
    }

    /** Whether to wait for an entry that somebody else is replaying: it is open again when the lease of that is over. */
    boolean mayWaitFor(OpenDeadLetter entry) {
        long now = this.time.nanoTime();
        long since = this.takenSince.computeIfAbsent(entry.id(), (id) -> now);
        boolean may =
                now - since <= this.settings.replayLease().plus(LOOK_AGAIN).toNanos();
        if (!may) {
            this.takenSince.remove(entry.id());
        }
        return may;
    }
}
