package io.integrationkit.replay;

import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenSelection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where jobs are kept. Every write of who runs a job names its claim, and is refused if the claim is lost. Each method
 * commits on its own.
 */
interface ReplayJobStore {

    /**
     * Adds a job nobody runs yet.
     *
     * @return the job; {@code null} if one of the same purpose has not ended
     */
    @Nullable
    ReplayJob add(String id, @Nullable String purpose, ReplayRequest request, Intervention by, OpenSelection selection);

    Optional<ReplayJob> find(String id);

    Optional<ReplayJob> findByPurpose(String purpose);

    List<ReplayJob> last(int limit);

    /** Counts jobs that have not ended. */
    int unended();

    /** Claims the oldest job that nobody runs, or whose lease is over; {@code null} if there is none. */
    @Nullable
    JobClaim claim(String owner, Duration lease);

    /** Holds a claim for another lease. */
    Standing renew(JobClaim claim, Duration lease);

    /** Writes how far a job is, and holds its claim for another lease. */
    Standing save(JobClaim claim, ReplayProgress progress, Duration lease);

    /** Writes how far a job is, and lets anybody claim it at once. */
    Standing release(JobClaim claim, ReplayProgress progress);

    /** Ends a job; says CANCELLED, and writes how far it is, if somebody ended it before. */
    Standing end(JobClaim claim, ReplayProgress progress, ReplayJob.Status status, @Nullable String stopped);

    /** Ends a job that runs, whoever runs it; returns whether it ran. */
    boolean cancel(String id, String stopped);

    /** Deletes ended jobs but for the last ones. */
    void deleteEnded(int kept);
}
