package io.integrationkit.benchmarks;

import io.integrationkit.benchmarks.Figures.Figure;
import java.util.Locale;
import java.util.Optional;

/** The figures as one Markdown table. */
final class Table {

    private static final String HEAD = """
            | row | ns, 1 thread | over the floor | ratio | B | B over the floor | ns, 2 threads | B, 2 threads | work of 2 threads |
            |---|--:|--:|--:|--:|--:|--:|--:|--:|
            """;

    private Table() {}

    static String of(Figures oneThread, Figures twoThreads) {
        StringBuilder table = new StringBuilder(HEAD);
        Optional<Figure> floor = oneThread.of(Row.FLOOR);
        for (Row row : Row.values()) {
            Optional<Figure> one = oneThread.of(row);
            Optional<Figure> two = twoThreads.of(row);
            if (one.isEmpty() && two.isEmpty()) {
                table.append("| %s | did not run | | | | | | | |%n".formatted(row.label()));
                continue;
            }
            table.append("| %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
                    .formatted(
                            row.label(),
                            shown("%.1f", one.map(Figure::nanoseconds)),
                            shown("%.1f", one.flatMap((o) -> floor.map((f) -> o.nanoseconds() - f.nanoseconds()))),
                            shown("%.2f", one.flatMap((o) -> floor.map((f) -> o.nanoseconds() / f.nanoseconds()))),
                            shown("%.0f", one.map(Figure::bytes)),
                            shown("%.0f", one.flatMap((o) -> floor.map((f) -> o.bytes() - f.bytes()))),
                            shown("%.1f", two.map(Figure::nanoseconds)),
                            shown("%.0f", two.map(Figure::bytes)),
                            shown("%.2f ×", one.flatMap((o) -> two.map((t) -> scaling(o, t))))));
        }
        return table.toString();
    }

    /** The work two threads do in the time in which one does 1. */
    static double scaling(Figure oneThread, Figure twoThreads) {
        return 2 * oneThread.nanoseconds() / twoThreads.nanoseconds();
    }

    private static String shown(String format, Optional<Double> value) {
        // Adding zero turns a negative zero into zero.
        return value.map((number) -> String.format(Locale.ROOT, format, number + 0.0))
                .orElse("");
    }
}
