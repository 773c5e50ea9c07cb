package io.integrationkit.benchmarks.deadletter;

import io.integrationkit.benchmarks.load.Results.Row;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.FailureCategory;
import java.util.Locale;

/** What an operator asks; each has the same answer in length, however many entries there are. */
enum Question {
    SHOW("one entry", 1.5, (letters, at) -> letters.find(at).stream().count(), 1),
    LIST("a page of 50", 1.5, DeadLetterFilter.all()),
    LIST_STATUS("a page of a status", 1.5, DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW)),
    LIST_NAME("a page of a name", 1.5, DeadLetterFilter.all().withName("shop.place-3")),
    LIST_CATEGORY("a page of a category", 1.5, DeadLetterFilter.all().withCategory(FailureCategory.RATE_LIMIT)),
    LIST_FINGERPRINT("a page of a fingerprint", 1.5, DeadLetterFilter.all().withFingerprint("ad0e5553892ec286")),
    LIST_KEY(
            "a page of a key",
            1.5,
            (letters, at) -> letters.list(DeadLetterFilter.all().withKey("customer-7"), null, Question.PAGE)
                    .size(),
            Question.PAGE),
    COUNT("count of all", 20, (letters, at) -> letters.count(DeadLetterFilter.all()), 0),
    COUNT_STATUS(
            "count of a status",
            20,
            (letters, at) -> letters.count(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW)),
            0),
    COUNTS(
            "counts by status and category",
            20,
            (letters, at) -> letters.counts(DeadLetterFilter.all()).size(),
            16),
    GROUPS(
            "groups",
            20,
            (letters, at) -> letters.groups(DeadLetterFilter.all(), 50).size(),
            Heap.GROUPS),
    GROUPS_OPEN(
            "groups of a status",
            20,
            (letters, at) -> letters.groups(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW), 50)
                    .size(),
            Heap.GROUPS);

    private static final int PAGE = 50;

    private final Row row;

    private final double bar;

    private final Ask ask;

    private final long answer;

    Question(String label, double bar, DeadLetterFilter filter) {
        this(
                label + ", in the middle",
                bar,
                (letters, at) -> letters.list(filter, at, PAGE).size(),
                PAGE);
    }

    Question(String label, double bar, Ask ask, long answer) {
        this.row = new Row(label + ", ms", 2, false);
        this.bar = bar;
        this.ask = ask;
        this.answer = answer;
    }

    Row row() {
        return this.row;
    }

    double bar() {
        return this.bar;
    }

    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Asks once, and fails if the answer is not as long as it must be. */
    void ask(DeadLetters letters, String at) {
        long length = this.ask.of(letters, at);
        if (this.answer > 0 && length != this.answer) {
            throw new IllegalStateException("%s: %d instead of %d".formatted(key(), length, this.answer));
        }
    }

    /** A question about dead letters, given the id of the entry in the middle. */
    @FunctionalInterface
    interface Ask {

        long of(DeadLetters letters, String at);
    }
}
