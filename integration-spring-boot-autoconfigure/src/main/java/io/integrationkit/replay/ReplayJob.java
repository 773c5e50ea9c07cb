package io.integrationkit.replay;

import io.integrationkit.deadletter.Intervention;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A replay of many dead letters, as it stood when its progress was written last.
 *
 * @param id id of the job
 * @param purpose what it is for, where only one job for that may run at a time; {@code null} where any number may
 * @param request which entries, and how
 * @param by who started it, and why
 * @param status where it stands
 * @param upTo position of the newest entry that was there when the job started: none behind it is replayed
 * @param total entries that were there when the job started, at most {@link ReplayRequest#limit()}
 * @param progress how far it is
 * @param startedAt when it was started
 * @param updatedAt when its progress was written last
 * @param endedAt when it ended, {@code null} while it has not
 * @param stopped why it ended before its selection did, {@code null} if it did not
 */
public record ReplayJob(
        String id,
        @Nullable String purpose,
        ReplayRequest request,
        Intervention by,
        Status status,
        long upTo,
        long total,
        ReplayProgress progress,
        Instant startedAt,
        Instant updatedAt,
        @Nullable Instant endedAt,
        @Nullable String stopped) {

    /** Where a job stands. */
    public enum Status {
        /** It runs, or waits until an instance has a thread free for it. */
        RUNNING,
        /** It went through its selection. Entries may have failed all the same. */
        COMPLETED,
        /** It stopped by itself: too many entries of a step failed, or the application refused replays for too long. */
        STOPPED,
        /** Somebody ended it. */
        CANCELLED
    }
}
