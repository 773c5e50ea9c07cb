package io.integrationkit.replay;

import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import java.util.List;
import java.util.Optional;

/**
 * Replays of many dead letters that run in the background. Safe for use by any number of threads and instances.
 *
 * <p>A job takes the entries that are open when it starts, oldest first, each as
 * {@link io.integrationkit.deadletter.DeadLetters#replay(String)} does. Where the dead letters are in a database, so are
 * the jobs: when the process ends, another instance, or this one after its restart, goes on where the job stood.
 */
public interface ReplayJobs {

    /**
     * Starts a job. It is committed when this returns, also where the caller has a transaction; it runs as soon as an
     * instance has a thread free.
     *
     * @param request which entries, and how
     * @param by who wants it, and why
     * @return the job
     * @throws ProblemException if the request selects closed entries (INT-610)
     * @throws RejectedException if too many jobs wait already (INT-611)
     */
    ReplayJob start(ReplayRequest request, Intervention by);

    /**
     * Starts a job unless one for the same purpose has not ended yet, on any instance.
     *
     * @param purpose what the job is for; one line of at most 200 characters
     * @param request which entries, and how
     * @param by who wants it, and why
     * @return the job that was started, or the one that has not ended
     * @throws ProblemException if purpose or request cannot work (INT-610)
     * @throws RejectedException if too many jobs wait already (INT-611)
     */
    ReplayJob startUnlessRunning(String purpose, ReplayRequest request, Intervention by);

    /**
     * Finds out what a job would do, without doing it. Entries that somebody is replaying at this moment are counted, too:
     * the job would take them up if they are open again when it comes to them.
     *
     * @param request which entries, and how
     * @return what it would do
     */
    ReplayPreview preview(ReplayRequest request);

    /**
     * Finds a job.
     *
     * @param id id of the job
     * @return the job as it stood when its progress was written last, or nothing if it is not kept
     */
    Optional<ReplayJob> find(String id);

    /**
     * Lists the jobs that were started last.
     *
     * @param limit how many at most
     * @return the jobs, the last one first
     */
    List<ReplayJob> last(int limit);

    /**
     * Ends a job between two entries, or batches of messages, wherever it runs. What is under way is done; what is left
     * stays open.
     *
     * @param id id of the job
     * @param by who wants it, and why
     * @return whether this call ended it; {@code false} if there is no such job, or it had ended
     */
    boolean cancel(String id, Intervention by);

    /**
     * Returns what the jobs of this instance did.
     *
     * @return numbers since start
     */
    ReplayTotals totals();
}
