package io.integrationkit.actuate;

import io.integrationkit.actuate.DeadLettersEndpoint.Action;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.replay.ReplayJob;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.replay.ReplayRequest;
import org.jspecify.annotations.Nullable;

/** Makes the changes that operators ask for, and tells the audit log of each. */
final class DeadLetterChanges {

    private final DeadLetters deadLetters;

    private final ReplayJobs jobs;

    private final DeadLetterAudit audit;

    DeadLetterChanges(DeadLetters deadLetters, ReplayJobs jobs, DeadLetterAudit audit) {
        this.deadLetters = deadLetters;
        this.jobs = jobs;
        this.audit = audit;
    }

    ReplayJob startReplay(ReplayRequest request, Intervention by) {
        ReplayJob job = this.jobs.start(request, by);
        this.audit.changed(Action.REPLAY, job.id(), by);
        return job;
    }

    /** Changes at most so many entries, oldest first, and returns how many. */
    int change(Action action, DeadLetterFilter filter, int most, Intervention by) {
        int changed = switch (action) {
            case DISCARD -> this.deadLetters.discard(filter, most, by);
            case PARK -> this.deadLetters.park(filter, most, by);
            case UNPARK -> this.deadLetters.unpark(filter, most, by);
            default ->
                throw DeadLetterAnswer.invalid(
                        "'%s' is done with one entry".formatted(action), "Name the entry in the path.");
        };
        this.audit.changed(action, changed + " entries", by);
        return changed;
    }

    /** Changes one entry; returns what to answer, {@code null} if there is none. */
    @Nullable
    Object changeOne(String id, Action action, Intervention by) {
        if (this.deadLetters.find(id).isEmpty()) {
            return null;
        }
        return switch (action) {
            case REPLAY -> replay(id, by);
            case REVEAL -> reveal(id, by);
            case DISCARD -> changed(id, action, this.deadLetters.discard(id, by), by);
            case PARK -> changed(id, action, this.deadLetters.park(id, by), by);
            case UNPARK -> changed(id, action, this.deadLetters.unpark(id, by), by);
        };
    }

    private Object replay(String id, Intervention by) {
        ReplayResult result = this.deadLetters.replay(id, by);
        this.audit.changed(Action.REPLAY, id, by);
        return (result.outcome() != ReplayResult.Outcome.SKIPPED) ? result : DeadLetterAnswer.conflict(result);
    }

    private @Nullable Object reveal(String id, Intervention by) {
        Object revealed = this.deadLetters.reveal(id, by).orElse(null);
        this.audit.changed(Action.REVEAL, id, by);
        return revealed;
    }

    private @Nullable Object changed(String id, Action action, boolean changed, Intervention by) {
        DeadLetter now = this.deadLetters.find(id).orElse(null);
        if (changed) {
            this.audit.changed(action, id, by);
        }
        return (changed || now == null) ? now : DeadLetterAnswer.conflict(now);
    }

    /** Ends a replay job; returns what to answer, {@code null} if there is none. */
    @Nullable
    Object cancel(String job, Intervention by) {
        boolean cancelled = this.jobs.cancel(job, by);
        ReplayJob now = this.jobs.find(job).orElse(null);
        if (cancelled) {
            this.audit.cancelled(job, by);
        }
        return (cancelled || now == null) ? now : DeadLetterAnswer.conflict(now);
    }
}
