package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts entries that are in memory. */
final class DeadLetterGroups {

    private static final Comparator<Sum> LARGEST = Comparator.<Sum>comparingLong((sum) -> sum.count)
            .thenComparing((sum) -> sum.last)
            .reversed()
            .thenComparing((sum) -> sum.example.name())
            .thenComparing((sum) -> sum.example.fingerprint());

    private DeadLetterGroups() {}

    /** Groups entries that come oldest first. */
    static List<DeadLetterGroup> of(Iterable<DeadLetter> entries, int limit) {
        Map<Place, Sum> sums = new LinkedHashMap<>();
        for (DeadLetter entry : entries) {
            sums.computeIfAbsent(Place.of(entry), (any) -> new Sum(entry)).add(entry);
        }
        return sums.values().stream()
                .sorted(LARGEST)
                .limit(limit)
                .map(Sum::group)
                .toList();
    }

    static List<DeadLetterCount> counts(Iterable<DeadLetter> entries) {
        Map<DeadLetter.Status, Map<FailureCategory, Long>> counts = new TreeMap<>(Comparator.comparing(Enum::name));
        for (DeadLetter entry : entries) {
            counts.computeIfAbsent(entry.status(), (any) -> new TreeMap<>(Comparator.comparing(Enum::name)))
                    .merge(entry.category(), 1L, Long::sum);
        }
        return counts.entrySet().stream()
                .flatMap((status) -> status.getValue().entrySet().stream()
                        .map((category) ->
                                new DeadLetterCount(status.getKey(), category.getKey(), category.getValue())))
                .toList();
    }

    /** What the entries of a group have in common. */
    private record Place(String fingerprint, DeadLetter.Kind kind, String name, FailureCategory category) {

        static Place of(DeadLetter entry) {
            return new Place(entry.fingerprint(), entry.kind(), entry.name(), entry.category());
        }
    }

    /** A group that is being counted. */
    private static final class Sum {

        private final Instant first;

        private Instant last;

        private DeadLetter example;

        private long count;

        Sum(DeadLetter oldest) {
            this.first = oldest.firstFailedAt();
            this.last = oldest.lastFailedAt();
            this.example = oldest;
        }

        void add(DeadLetter entry) {
            this.count++;
            this.example = entry;
            if (entry.lastFailedAt().isAfter(this.last)) {
                this.last = entry.lastFailedAt();
            }
        }

        DeadLetterGroup group() {
            return new DeadLetterGroup(
                    this.example.fingerprint(),
                    this.example.kind(),
                    this.example.name(),
                    this.example.category(),
                    this.count,
                    this.first,
                    this.last,
                    this.example.id(),
                    this.example.exceptionType(),
                    this.example.message());
        }
    }
}
