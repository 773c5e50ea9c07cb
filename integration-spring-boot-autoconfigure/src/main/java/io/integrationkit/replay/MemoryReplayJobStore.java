package io.integrationkit.replay;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.OpenSelection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Jobs in memory, in the order in which they were started. */
final class MemoryReplayJobStore implements ReplayJobStore {

    private final Map<String, MemoryReplayJob> jobs = new LinkedHashMap<>();

    private final TimeSource time;

    MemoryReplayJobStore(TimeSource time) {
        this.time = time;
    }

    @Override
    public synchronized @Nullable ReplayJob add(
            String id, @Nullable String purpose, ReplayRequest request, Intervention by, OpenSelection selection) {
        if (purpose != null && findByPurpose(purpose).isPresent()) {
            return null;
        }
        MemoryReplayJob added = new MemoryReplayJob(id, purpose, request, by, selection, this.time.now());
        this.jobs.put(id, added);
        return added.job();
    }

    @Override
    public synchronized Optional<ReplayJob> find(String id) {
        return Optional.ofNullable(this.jobs.get(id)).map(MemoryReplayJob::job);
    }

    @Override
    public synchronized Optional<ReplayJob> findByPurpose(String purpose) {
        return this.jobs.values().stream()
                .filter(MemoryReplayJob::runs)
                .map(MemoryReplayJob::job)
                .filter((job) -> purpose.equals(job.purpose()))
                .findFirst();
    }

    @Override
    public synchronized List<ReplayJob> last(int limit) {
        List<ReplayJob> all = new ArrayList<>();
        for (MemoryReplayJob each : this.jobs.values()) {
            all.add(0, each.job());
        }
        return List.copyOf(all.subList(0, Math.min(limit, all.size())));
    }

    @Override
    public synchronized int unended() {
        return (int) this.jobs.values().stream().filter(MemoryReplayJob::runs).count();
    }

    @Override
    public synchronized @Nullable JobClaim claim(String owner, Duration lease) {
        long now = this.time.nanoTime();
        return this.jobs.values().stream()
                .filter((each) -> each.free(now))
                .findFirst()
                .map((each) -> each.claim(owner, now + lease.toNanos()))
                .orElse(null);
    }

    @Override
    public synchronized Standing renew(JobClaim claim, Duration lease) {
        MemoryReplayJob held = held(claim);
        return (held != null) ? held.hold(this.time.nanoTime() + lease.toNanos()) : Standing.LOST;
    }

    @Override
    public synchronized Standing save(JobClaim claim, ReplayProgress progress, Duration lease) {
        MemoryReplayJob held = held(claim);
        if (held == null) {
            return Standing.LOST;
        }
        held.progress(progress, this.time.now());
        return held.hold(this.time.nanoTime() + lease.toNanos());
    }

    @Override
    public synchronized Standing release(JobClaim claim, ReplayProgress progress) {
        MemoryReplayJob held = held(claim);
        if (held == null) {
            return Standing.LOST;
        }
        held.progress(progress, this.time.now());
        return held.release();
    }

    @Override
    public synchronized Standing end(
            JobClaim claim, ReplayProgress progress, ReplayJob.Status status, @Nullable String stopped) {
        Standing before = release(claim, progress);
        MemoryReplayJob job = this.jobs.get(claim.job().id());
        if (before == Standing.HELD && job != null) {
            job.end(status, stopped, this.time.now());
        }
        return before;
    }

    @Override
    public synchronized boolean cancel(String id, String stopped) {
        MemoryReplayJob job = this.jobs.get(id);
        if (job == null || !job.runs()) {
            return false;
        }
        job.end(ReplayJob.Status.CANCELLED, stopped, this.time.now());
        return true;
    }

    @Override
    public synchronized void deleteEnded(int kept) {
        int ended = this.jobs.size() - unended();
        var oldestFirst = this.jobs.values().iterator();
        while (ended > kept && oldestFirst.hasNext()) {
            if (!oldestFirst.next().runs()) {
                oldestFirst.remove();
                ended--;
            }
        }
    }

    private @Nullable MemoryReplayJob held(JobClaim claim) {
        MemoryReplayJob job = this.jobs.get(claim.job().id());
        return (job != null && job.heldBy(claim)) ? job : null;
    }
}
