package io.integrationkit.benchmarks;

import io.integrationkit.benchmarks.Figures.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/** What the call path must reach, each against the figures of the same run. */
final class Bars {

    /** Bytes per call are averages: a few that a collector's own work adds are none of the call. */
    private static final double NO_BYTES = 0.5;

    private final Figures oneThread;

    private final Figures twoThreads;

    private final List<String> lines = new ArrayList<>();

    private Bars(Figures oneThread, Figures twoThreads) {
        this.oneThread = oneThread;
        this.twoThreads = twoThreads;
    }

    static List<String> check(Figures oneThread, Figures twoThreads) {
        Bars bars = new Bars(oneThread, twoThreads);
        bars.check();
        return bars.lines;
    }

    private void check() {
        atMost("retry only against Spring @Retryable, ratio", 1, alone(Row.RETRY, Row.SPRING_RETRY, Bars::ratio));
        atMost("full, ns over the floor", 100, alone(Row.FULL, Row.FLOOR, Bars::over));
        atMost(
                "full, B over the floor",
                NO_BYTES,
                alone(Row.FULL, Row.FLOOR, (row, floor) -> row.bytes() - floor.bytes()));
        atLeast("Resilience4j's four annotations against full, ratio over the floor", 20, resilience4j());
        atMost("full with Prometheus histogram, ns over the floor", 170, alone(Row.HISTOGRAM, Row.FLOOR, Bars::over));
        atMost(
                "fails twice against Spring @Retryable, ratio",
                0.5,
                alone(Row.FAILING, Row.SPRING_FAILING, Bars::ratio));
        atLeast("full, work of two threads", 1.6, scaling(Row.FULL));
        scaling(Row.OWN)
                .ifPresent((own) -> this.lines.add(String.format(
                        Locale.ROOT,
                        "        (two threads that share nothing: %.2f is what this machine had to give)",
                        own)));
        atLeast("full with a tenth failing, work of two threads", 1, scaling(Row.TENTH));
        atMost("known result against Spring @Cacheable, ratio", 1, alone(Row.KNOWN, Row.CACHED, Bars::ratio));
        atMost("known message against Caffeine, ratio", 2, alone(Row.MEMORY_INBOX, Row.CAFFEINE, Bars::ratio));
    }

    private Optional<Double> resilience4j() {
        return alone(Row.RESILIENCE4J_FULL, Row.FLOOR, Bars::over)
                .flatMap((theirs) -> alone(Row.FULL, Row.FLOOR, Bars::over)
                        // Nothing over the floor is as good as one nanosecond.
                        .map((ours) -> theirs / Math.max(1, ours)));
    }

    private Optional<Double> alone(Row row, Row other, BiFunction<Figure, Figure, Double> comparison) {
        return this.oneThread
                .of(row)
                .flatMap((one) -> this.oneThread.of(other).map((two) -> comparison.apply(one, two)));
    }

    private Optional<Double> scaling(Row row) {
        return this.oneThread.of(row).flatMap((one) -> this.twoThreads.of(row).map((two) -> Table.scaling(one, two)));
    }

    private static double over(Figure figure, Figure floor) {
        return figure.nanoseconds() - floor.nanoseconds();
    }

    private static double ratio(Figure figure, Figure other) {
        return figure.nanoseconds() / other.nanoseconds();
    }

    private void atMost(String what, double bar, Optional<Double> value) {
        say(what, "at most", bar, value, value.filter((number) -> number <= bar).isPresent());
    }

    private void atLeast(String what, double bar, Optional<Double> value) {
        say(
                what,
                "at least",
                bar,
                value,
                value.filter((number) -> number >= bar).isPresent());
    }

    private void say(String what, String relation, double bar, Optional<Double> value, boolean reached) {
        String verdict = value.isEmpty() ? "NOT RUN" : reached ? "PASS" : "FAIL";
        String measured = value.map((number) -> String.format(Locale.ROOT, "%.2f, ", number))
                .orElse("");
        this.lines.add(String.format(Locale.ROOT, "%-7s %s: %s%s %.1f", verdict, what, measured, relation, bar));
    }
}
