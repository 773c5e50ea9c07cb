package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterCount;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The dead letters in numbers, as they were a short time ago: a count reads an index of the whole table, so a scrape every
 * second must not ask for one every second. Safe for use by any number of threads.
 */
final class SampledDeadLetters {

    static final Duration FRESH = Duration.ofSeconds(10);

    private final Sampled<List<DeadLetterCount>> counts;

    private final Sampled<Optional<Instant>> oldest;

    SampledDeadLetters(DeadLetters deadLetters, LongSupplier nanoTime) {
        this.counts = new Sampled<>(() -> deadLetters.counts(DeadLetterFilter.all()), FRESH, nanoTime);
        this.oldest = new Sampled<>(
                () -> deadLetters.oldest(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW)), FRESH, nanoTime);
    }

    long of(DeadLetter.Status status) {
        return this.counts.get().stream()
                .filter((each) -> each.status() == status)
                .mapToLong(DeadLetterCount::count)
                .sum();
    }

    long of(DeadLetter.Status status, FailureCategory category) {
        return this.counts.get().stream()
                .filter((each) -> each.status() == status && each.category() == category)
                .mapToLong(DeadLetterCount::count)
                .sum();
    }

    /** Since when the oldest entry that is NEW waits. */
    Optional<Instant> oldest() {
        return this.oldest.get();
    }
}
