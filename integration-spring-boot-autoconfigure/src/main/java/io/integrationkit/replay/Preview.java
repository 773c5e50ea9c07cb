package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterGroup;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.OpenDeadLetter;
import io.integrationkit.deadletter.OpenSelection;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.replay.ReplayPreview.NameCount;
import io.integrationkit.replay.ReplayPreview.Obstacle;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds out what a job would do, with the selection the job itself would make. */
final class Preview {

    private static final int PAGE = 100;

    private static final int MOST_GROUPS = 10_000;

    private final DeadLetters deadLetters;

    private final ReplayRequest request;

    private final Map<String, Obstacle> obstacles = new LinkedHashMap<>();

    private int checked;

    private Preview(DeadLetters deadLetters, ReplayRequest request) {
        this.deadLetters = deadLetters;
        this.request = request;
    }

    static ReplayPreview of(DeadLetters deadLetters, ReplayRequest request) {
        return new Preview(deadLetters, request).look();
    }

    private ReplayPreview look() {
        OpenSelection selection = this.deadLetters.selectOpen(this.request.filter(), this.request.names());
        Integer limit = this.request.limit();
        long entries = (limit != null) ? Math.min(limit, selection.count()) : selection.count();
        check(selection, (int) Math.min(entries, ReplayPreview.MOST_CHECKED));
        return new ReplayPreview(
                entries,
                parkedLeftOut(),
                names(),
                this.checked,
                this.obstacles.values().stream()
                        .sorted(Comparator.comparingLong(Obstacle::entries).reversed())
                        .toList());
    }

    private void check(OpenSelection selection, int most) {
        long position = 0;
        while (this.checked < most) {
            List<OpenDeadLetter> page =
                    this.deadLetters.listOpen(selection, position, Math.min(PAGE, most - this.checked));
            for (OpenDeadLetter entry : page) {
                obstacle(entry).ifPresent((met) -> note(entry, met));
                this.checked++;
                position = entry.position();
            }
            if (page.isEmpty()) {
                return;
            }
        }
    }

    /** One that was deleted since it was listed is in nobody's way. */
    private Optional<ReplayResult> obstacle(OpenDeadLetter entry) {
        try {
            return this.deadLetters.obstacle(entry.id());
        } catch (ProblemException ex) {
            return Optional.empty();
        }
    }

    private void note(OpenDeadLetter entry, ReplayResult met) {
        this.obstacles.merge(
                met.code() + " " + entry.name(),
                new Obstacle(met.code(), entry.name(), met.detail(), 1, entry.id()),
                (first, one) -> new Obstacle(
                        first.code(), first.name(), first.detail(), first.entries() + 1, first.exampleId()));
    }

    private long parkedLeftOut() {
        DeadLetterFilter filter = this.request.filter();
        return (filter.status() == null)
                ? this.deadLetters
                        .selectOpen(filter.withStatus(DeadLetter.Status.PARKED), this.request.names())
                        .count()
                : 0;
    }

    private List<NameCount> names() {
        DeadLetterFilter filter = this.request.filter();
        DeadLetterFilter open = (filter.status() == null) ? filter.withStatus(DeadLetter.Status.NEW) : filter;
        Map<String, NameCount> names = new LinkedHashMap<>();
        for (DeadLetterGroup group : this.deadLetters.groups(open, MOST_GROUPS)) {
            if (this.request.names().isEmpty() || this.request.names().contains(group.name())) {
                names.merge(
                        group.kind() + " " + group.name(),
                        new NameCount(group.kind(), group.name(), group.count()),
                        (one, other) -> new NameCount(one.kind(), one.name(), one.entries() + other.entries()));
            }
        }
        return names.values().stream()
                .sorted(Comparator.comparingLong(NameCount::entries).reversed())
                .toList();
    }
}
