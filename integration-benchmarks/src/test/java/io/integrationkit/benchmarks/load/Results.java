package io.integrationkit.benchmarks.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** What was measured, round by round. */
public final class Results {

    private final Map<Row, Map<Column, List<Double>>> values = new LinkedHashMap<>();

    /** Creates results of nothing. */
    public Results() {}

    /**
     * Adds what a round showed.
     *
     * @param row what was measured
     * @param column who was
     * @param value the figure
     */
    public void add(Row row, Column column, double value) {
        this.values
                .computeIfAbsent(row, (any) -> new LinkedHashMap<>())
                .computeIfAbsent(column, (any) -> new ArrayList<>())
                .add(value);
    }

    /**
     * Returns what was measured.
     *
     * @return the rows, in the order in which they were added
     */
    public Set<Row> rows() {
        return this.values.keySet();
    }

    /**
     * Returns the median of the rounds, or the worst where nothing may go wrong in any.
     *
     * @param row what was measured
     * @param column who was
     * @return the figure; empty if it was not measured
     */
    public OptionalDouble of(Row row, Column column) {
        double[] sorted = this.values.getOrDefault(row, Map.of()).getOrDefault(column, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return OptionalDouble.empty();
        }
        int middle = sorted.length / 2;
        if (row.worst()) {
            return OptionalDouble.of(sorted[sorted.length - 1]);
        }
        return OptionalDouble.of((sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** Who is measured. */
    @FunctionalInterface
    public interface Column {

        /**
         * Returns its name in the table.
         *
         * @return the name
         */
        String label();
    }

    /**
     * What is measured.
     *
     * @param label name in the table
     * @param decimals digits shown behind the point
     * @param worst whether the greatest value of all rounds counts, and not the median
     */
    public record Row(String label, int decimals, boolean worst) {}
}
