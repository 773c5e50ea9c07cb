package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.outbox.Results.Column;
import io.integrationkit.benchmarks.outbox.Results.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What our outbox must reach, each against the others of the same run. */
final class LoadBars {

    private final Results results;

    private final List<String> lines = new ArrayList<>();

    private boolean missed;

    private LoadBars(Results results) {
        this.results = results;
    }

    static LoadBars check(Results results, List<Integer> backlogs) {
        LoadBars bars = new LoadBars(results);
        bars.rates(backlogs);
        bars.latency();
        bars.correctness();
        return bars;
    }

    /** One line a bar. */
    List<String> lines() {
        return this.lines;
    }

    /** Whether one of those that were measured was missed. */
    boolean missed() {
        return this.missed;
    }

    private void rates(List<Integer> backlogs) {
        atLeast(0.8, "business transactions against plain", share(Row.TRANSACTIONS, Column.KIT, Column.PLAIN));
        for (int backlog : backlogs) {
            atLeast(
                    0.8,
                    String.format(Locale.ROOT, "drain of %,d against the floor", backlog),
                    share(Row.drain(backlog), Column.KIT, Column.FLOOR));
        }
        int least = backlogs.get(0);
        int most = backlogs.get(backlogs.size() - 1);
        if (most > least) {
            atLeast(
                    0.8,
                    String.format(Locale.ROOT, "drain of %,d against that of %,d", most, least),
                    ratio(this.results.of(Row.drain(most), Column.KIT), this.results.of(Row.drain(least), Column.KIT)));
        }
        atLeast(0.9, "publishing and relaying at once against the floor", share(Row.BOTH, Column.KIT, Column.FLOOR));
    }

    private void latency() {
        atMost(1.1, "commit to consumer, p50 ms", this.results.of(Row.LATENCY_MEDIAN, Column.KIT));
        atMost(1.25, "commit to consumer, p99 against Kafka alone", share(Row.LATENCY_P99, Column.KIT, Column.KAFKA));
    }

    private void correctness() {
        none(Row.BOTH_LOST);
        none(Row.BOTH_INVERSIONS);
        none(Row.BURST_LOST);
        none(Row.BURST_INVERSIONS);
        atMost(3, Row.KILL_FROM_READY.label(), this.results.of(Row.KILL_FROM_READY, Column.KIT));
        atMost(99, Row.KILL_DUPLICATES.label(), this.results.of(Row.KILL_DUPLICATES, Column.KIT));
        none(Row.KILL_LOST);
        none(Row.KILL_INVERSIONS);
    }

    private OptionalDouble share(Row row, Column one, Column other) {
        return ratio(this.results.of(row, one), this.results.of(row, other));
    }

    private static OptionalDouble ratio(OptionalDouble one, OptionalDouble other) {
        return (one.isPresent() && other.isPresent())
                ? OptionalDouble.of(one.getAsDouble() / other.getAsDouble())
                : OptionalDouble.empty();
    }

    private void none(Row row) {
        atMost(0, row.label(), this.results.of(row, Column.KIT));
    }

    private void atMost(double bar, String what, OptionalDouble value) {
        say(what, "at most", bar, value, value.isPresent() && value.getAsDouble() <= bar);
    }

    private void atLeast(double bar, String what, OptionalDouble value) {
        say(what, "at least", bar, value, value.isPresent() && value.getAsDouble() >= bar);
    }

    private void say(String what, String relation, double bar, OptionalDouble value, boolean reached) {
        String verdict = value.isEmpty() ? "NOT RUN" : reached ? "PASS" : "FAIL";
        this.missed |= value.isPresent() && !reached;
        String measured = value.isPresent() ? String.format(Locale.ROOT, "%.2f, ", value.getAsDouble()) : "";
        this.lines.add(String.format(Locale.ROOT, "%-7s %s: %s%s %.2f", verdict, what, measured, relation, bar));
    }
}
