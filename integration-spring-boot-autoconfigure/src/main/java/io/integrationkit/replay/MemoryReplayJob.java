package io.integrationkit.replay;

import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenSelection;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One job of {@link MemoryReplayJobStore}, which guards it. */
final class MemoryReplayJob {

    private ReplayJob job;

    private @Nullable String owner;

    private long epoch;

    private @Nullable Long leaseUntil;

    MemoryReplayJob(
            String id,
            @Nullable String purpose,
            ReplayRequest request,
            Intervention by,
            OpenSelection selection,
            Instant now) {
        long total = (request.limit() != null) ? Math.min(request.limit(), selection.count()) : selection.count();
        this.job = new ReplayJob(
                id,
                purpose,
                request,
                by,
                ReplayJob.Status.RUNNING,
                selection.upTo(),
                total,
                ReplayProgress.NONE,
                now,
                now,
                null,
                null);
    }

    ReplayJob job() {
        return this.job;
    }

    boolean runs() {
        return this.job.status() == ReplayJob.Status.RUNNING;
    }

    boolean free(long now) {
        return runs() && (this.leaseUntil == null || this.leaseUntil - now < 0);
    }

    boolean heldBy(JobClaim claim) {
        return claim.owner().equals(this.owner) && this.epoch == claim.epoch();
    }

    JobClaim claim(String by, long until) {
        this.owner = by;
        this.epoch++;
        this.leaseUntil = until;
        return new JobClaim(this.job, by, this.epoch);
    }

    Standing hold(long until) {
        this.leaseUntil = until;
        return standing();
    }

    Standing release() {
        this.leaseUntil = null;
        this.owner = null;
        return standing();
    }

    private Standing standing() {
        return runs() ? Standing.HELD : Standing.CANCELLED;
    }

    void progress(ReplayProgress progress, Instant now) {
        change(progress, this.job.status(), now, this.job.endedAt(), this.job.stopped());
    }

    void end(ReplayJob.Status status, @Nullable String stopped, Instant now) {
        change(this.job.progress(), status, now, now, stopped);
    }

    private void change(
            ReplayProgress progress,
            ReplayJob.Status status,
            Instant updatedAt,
            @Nullable Instant endedAt,
            @Nullable String stopped) {
        this.job = new ReplayJob(
                this.job.id(),
                this.job.purpose(),
                this.job.request(),
                this.job.by(),
                status,
                this.job.upTo(),
                this.job.total(),
                progress,
                this.job.startedAt(),
                updatedAt,
                endedAt,
                stopped);
    }
}
