package io.integrationkit.benchmarks.outbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/** What was measured, round by round. */
final class Results {

    private final Map<Row, Map<Column, List<Double>>> values = new LinkedHashMap<>();

    void add(Row row, Column column, double value) {
        this.values
                .computeIfAbsent(row, (any) -> new LinkedHashMap<>())
                .computeIfAbsent(column, (any) -> new ArrayList<>())
                .add(value);
    }

    Set<Row> rows() {
        return this.values.keySet();
    }

    /** The median of the rounds, or the worst where nothing may go wrong in any; empty if it was not measured. */
    OptionalDouble of(Row row, Column column) {
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

    /** Who is measured, in the order of the table. */
    enum Column {
        PLAIN("plain transaction"),
        KAFKA("Kafka alone"),
        FLOOR("floor"),
        KIT("ours"),
        NAMASTACK("namastack");

        private final String label;

        Column(String label) {
            this.label = label;
        }

        String label() {
            return this.label;
        }

        static Column of(Contestant contestant) {
            return valueOf(contestant.name());
        }
    }

    /**
     * What is measured.
     *
     * @param label name in the table
     * @param decimals digits shown behind the point
     * @param worst whether the greatest value of all rounds counts, and not the median
     */
    record Row(String label, int decimals, boolean worst) {

        static final Row TRANSACTIONS = new Row("business transactions/s, nothing relayed", 0, false);

        static final Row BOTH = new Row("published and delivered at once, messages/s", 0, false);

        static final Row BOTH_LOST = new Row("the same: lost", 0, true);

        static final Row BOTH_INVERSIONS = new Row("the same: inversions", 0, true);

        static final Row LATENCY_MEDIAN = new Row("commit to consumer at 100/s, p50 ms", 2, false);

        static final Row LATENCY_P99 = new Row("commit to consumer at 100/s, p99 ms", 2, false);

        static final Row BURST_INVERSIONS = new Row("bursts of 20 a key: inversions", 0, true);

        static final Row BURST_LOST = new Row("bursts of 20 a key: lost", 0, true);

        static final Row KILL_FROM_KILL = new Row("kill -9: s from the kill until drained", 1, false);

        static final Row KILL_FROM_READY = new Row("kill -9: s from readiness until drained", 1, false);

        static final Row KILL_DUPLICATES = new Row("kill -9: duplicates", 0, true);

        static final Row KILL_LOST = new Row("kill -9: lost", 0, true);

        static final Row KILL_INVERSIONS = new Row("kill -9: inversions", 0, true);

        static Row drain(int backlog) {
            return new Row(String.format(Locale.ROOT, "drain of %,d, messages/s", backlog), 0, false);
        }

        static Row cpu(int backlog) {
            return new Row(String.format(Locale.ROOT, "drain of %,d, µs of CPU a message", backlog), 1, false);
        }
    }
}
