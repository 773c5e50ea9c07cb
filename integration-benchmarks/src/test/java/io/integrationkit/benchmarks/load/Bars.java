package io.integrationkit.benchmarks.load;

import io.integrationkit.benchmarks.load.Results.Column;
import io.integrationkit.benchmarks.load.Results.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What was to be reached, and whether it was; what was not measured is not missed. */
public final class Bars {

    private final Results results;

    private final List<String> lines = new ArrayList<>();

    private boolean missed;

    /**
     * Creates bars that nothing was held against.
     *
     * @param results what was measured
     */
    public Bars(Results results) {
        this.results = results;
    }

    /**
     * Holds a figure against the greatest it may have.
     *
     * @param bar the greatest
     * @param what name of the figure
     * @param value the figure; empty if it was not measured
     */
    public void atMost(double bar, String what, OptionalDouble value) {
        say(what, "at most", bar, value, value.isPresent() && value.getAsDouble() <= bar);
    }

    /**
     * Holds a figure against the least it may have.
     *
     * @param bar the least
     * @param what name of the figure
     * @param value the figure; empty if it was not measured
     */
    public void atLeast(double bar, String what, OptionalDouble value) {
        say(what, "at least", bar, value, value.isPresent() && value.getAsDouble() >= bar);
    }

    /**
     * Compares two of a row.
     *
     * @param row what was measured
     * @param one who is compared
     * @param other with whom
     * @return the figure of the one in terms of that of the other; empty if one was not measured
     */
    public OptionalDouble share(Row row, Column one, Column other) {
        return ratio(this.results.of(row, one), this.results.of(row, other));
    }

    /**
     * Divides figures.
     *
     * @param one the dividend
     * @param other the divisor
     * @return their ratio; empty if one was not measured
     */
    public static OptionalDouble ratio(OptionalDouble one, OptionalDouble other) {
        return (one.isPresent() && other.isPresent())
                ? OptionalDouble.of(one.getAsDouble() / other.getAsDouble())
                : OptionalDouble.empty();
    }

    /**
     * Returns what came of it.
     *
     * @return one line a bar
     */
    public List<String> lines() {
        return this.lines;
    }

    /**
     * Tells whether one was missed.
     *
     * @return whether one of those that were measured was
     */
    public boolean missed() {
        return this.missed;
    }

    private void say(String what, String relation, double bar, OptionalDouble value, boolean reached) {
        String verdict = value.isEmpty() ? "NOT RUN" : reached ? "PASS" : "FAIL";
        this.missed |= value.isPresent() && !reached;
        String measured = value.isPresent() ? String.format(Locale.ROOT, "%.2f, ", value.getAsDouble()) : "";
        this.lines.add(String.format(Locale.ROOT, "%-7s %s: %s%s %.2f", verdict, what, measured, relation, bar));
    }
}
