package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterCount;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterGroup;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.replay.ReplayJob;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.replay.ReplayRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.context.ApplicationEventPublisher;

/**
 * {@code /actuator/deadletters}: look at dead letters, one by one, in groups or all of them in a file; replay, discard
 * and park them where {@code management.endpoint.deadletters.access=unrestricted} allows it. Each change needs a reason
 * and has an actor: who is logged in, and only without a login whom the request names. It is kept in the history of each
 * entry, in the log, and told as an {@link org.springframework.boot.actuate.audit.AuditEvent}. Content is masked.
 *
 * <p>Which entries are meant a request says by the conditions that {@link DeadLetterFilterAdvisor} knows.
 */
@WebEndpoint(id = "deadletters", defaultAccess = Access.READ_ONLY)
public class DeadLettersEndpoint {

    private static final String GROUPS = "groups";

    private static final String JOBS = "jobs";

    private static final String EXPORT = "export";

    private static final String PREVIEW = "preview";

    private static final int MOST_JOBS = 50;

    private final DeadLetters deadLetters;

    private final ReplayJobs jobs;

    private final DeadLetterChanges changes;

    /**
     * Creates the endpoint.
     *
     * @param deadLetters the dead letters
     * @param jobs replays in the background
     * @param events takes an audit event for each change
     */
    public DeadLettersEndpoint(DeadLetters deadLetters, ReplayJobs jobs, ApplicationEventPublisher events) {
        this.deadLetters = deadLetters;
        this.jobs = jobs;
        this.changes = new DeadLetterChanges(deadLetters, jobs, new DeadLetterAudit(events));
    }

    /**
     * Lists entries, in the order in which they were first stored.
     *
     * @param filter which entries, {@code null} for all; only without mandatory parameters can Actuator cache the list
     * @param limit how many at most, 1 to 1000; {@code null} for 100
     * @param after id of the last entry of the page before, {@code null} for the first page
     * @return a page, with how many entries of each status pass the other conditions
     */
    @ReadOperation
    public WebEndpointResponse<?> deadLetters(
            @Nullable DeadLetterFilter filter, @Nullable Integer limit, @Nullable String after) {
        DeadLetterFilter wanted = (filter != null) ? filter : DeadLetterFilter.all();
        int size = PageSize.of(limit);
        return DeadLetterAnswer.of(() -> {
            List<DeadLetter> page = this.deadLetters.list(wanted, after, size);
            return new DeadLettersDescriptor(
                    counts(wanted),
                    page,
                    (page.size() == size) ? page.get(size - 1).id() : null);
        });
    }

    private Map<String, Long> counts(DeadLetterFilter filter) {
        Map<String, Long> counts = new TreeMap<>();
        for (DeadLetter.Status each : DeadLetter.Status.values()) {
            counts.put(each.name().toLowerCase(Locale.ROOT), 0L);
        }
        for (DeadLetterCount each : this.deadLetters.counts(filter.withStatus(null))) {
            counts.merge(each.status().name().toLowerCase(Locale.ROOT), each.count(), Long::sum);
        }
        return counts;
    }

    /**
     * Shows one entry with its history and its masked content; or {@code groups}, {@code jobs}, {@code preview} (what a
     * replay would do) or {@code export} (a file with one entry a line).
     *
     * @param part id of an entry, or one of the words
     * @param filter which entries
     * @param limit how many groups or jobs at most, 1 to 1000; {@code null} for 100
     * @return what was asked for
     */
    @ReadOperation
    public WebEndpointResponse<?> part(@Selector String part, DeadLetterFilter filter, @Nullable Integer limit) {
        int size = PageSize.of(limit);
        return switch (part) {
            case GROUPS -> DeadLetterAnswer.of(() -> new Groups(this.deadLetters.groups(filter, size)));
            case JOBS -> DeadLetterAnswer.of(() -> new Jobs(this.jobs.last(Math.min(size, MOST_JOBS))));
            case PREVIEW -> DeadLetterAnswer.of(() -> this.jobs.preview(ReplayRequest.of(filter)));
            case EXPORT -> DeadLetterExportFile.of(this.deadLetters, filter);
            default -> DeadLetterAnswer.of(() -> this.deadLetters.show(part).orElse(null));
        };
    }

    /**
     * Shows one replay job.
     *
     * @param part {@code jobs}
     * @param id id of the job
     * @return the job
     */
    @ReadOperation
    public WebEndpointResponse<?> job(@Selector Part part, @Selector String id) {
        return DeadLetterAnswer.of(() -> this.jobs.find(id).orElse(null));
    }

    /**
     * Changes all entries of a selection. A replay begins a job and returns it; the others change at most
     * {@code limit} entries, oldest first, and tell how many.
     *
     * @param action what to do; {@code null} for a replay
     * @param filter which entries; without a status, those that are open
     * @param rate of a replay: entries a second at most, {@code null} for as many as it can
     * @param ladder of a replay: sizes of the first steps, such as {@code 1,10}; blank for none, {@code null} for 1, 10, 100
     * @param maxFailureRatio of a replay: part of a step that may fail, {@code null} for 0.1
     * @param limit how many entries at most; {@code null} for all of a replay, else for 100
     * @param reason why
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return the job, or how many entries were changed
     */
    @WriteOperation
    public WebEndpointResponse<?> change(
            @Nullable Action action,
            DeadLetterFilter filter,
            @Nullable Double rate,
            Integer @Nullable [] ladder,
            @Nullable Double maxFailureRatio,
            @Nullable Integer limit,
            @Nullable String reason,
            @Nullable String actor,
            SecurityContext security) {
        return DeadLetterAnswer.of(() -> {
            Intervention by = by(security, actor, reason);
            if (action != null && action != Action.REPLAY) {
                return new Changed(this.changes.change(action, filter, PageSize.of(limit), by));
            }
            ReplayRequest request = new ReplayRequest(
                    filter,
                    Set.of(),
                    rate,
                    (ladder != null) ? List.of(ladder) : ReplayRequest.DEFAULT_LADDER,
                    (maxFailureRatio != null) ? maxFailureRatio : ReplayRequest.DEFAULT_MAX_FAILURE_RATIO,
                    limit);
            return this.changes.startReplay(request, by);
        });
    }

    /**
     * Changes one entry.
     *
     * @param id id of the entry
     * @param action what to do; {@code null} for a replay
     * @param reason why
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return how the replay ended, or the entry as it is now; 409 if its status does not allow it
     */
    @WriteOperation
    public WebEndpointResponse<?> changeOne(
            @Selector String id,
            @Nullable Action action,
            @Nullable String reason,
            @Nullable String actor,
            SecurityContext security) {
        return DeadLetterAnswer.of(() ->
                this.changes.changeOne(id, (action != null) ? action : Action.REPLAY, by(security, actor, reason)));
    }

    /**
     * Ends a replay job between two entries.
     *
     * @param part {@code jobs}
     * @param id id of the job
     * @param reason why
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return the job as it is now; 409 if it had ended
     */
    @DeleteOperation
    public WebEndpointResponse<?> cancel(
            @Selector Part part,
            @Selector String id,
            @Nullable String reason,
            @Nullable String actor,
            SecurityContext security) {
        return DeadLetterAnswer.of(() -> this.changes.cancel(id, by(security, actor, reason)));
    }

    private static Intervention by(SecurityContext security, @Nullable String actor, @Nullable String reason) {
        if (reason == null || reason.isBlank()) {
            throw DeadLetterAnswer.invalid("A change has no reason", "Say in 'reason' why the change is made.");
        }
        return new Intervention(Actor.of(security, actor), reason);
    }

    /** What can be named in the path before an id. */
    public enum Part {
        /** Replays of many entries. */
        JOBS
    }

    /** What can be done with entries. */
    public enum Action {
        /** Do again. */
        REPLAY,
        /** Close without doing. */
        DISCARD,
        /** Set aside. */
        PARK,
        /** Take up what was set aside. */
        UNPARK,
        /** Show what is masked; one entry at a time. */
        REVEAL
    }

    /**
     * A page of entries.
     *
     * @param counts number of entries by status
     * @param entries the entries
     * @param next what to pass as {@code after} for the next page, {@code null} if this is the last
     */
    public record DeadLettersDescriptor(
            Map<String, Long> counts,
            List<DeadLetter> entries,
            @Nullable String next) {}

    /**
     * Entries that failed in the same way.
     *
     * @param groups the groups, that with the most entries first
     */
    public record Groups(List<DeadLetterGroup> groups) {}

    /**
     * Replays of many entries.
     *
     * @param jobs the jobs, the last one first
     */
    public record Jobs(List<ReplayJob> jobs) {}

    /**
     * What a change of many entries did.
     *
     * @param changed how many it changed
     */
    public record Changed(int changed) {}
}
