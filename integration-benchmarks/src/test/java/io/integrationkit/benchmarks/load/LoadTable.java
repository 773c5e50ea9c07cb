package io.integrationkit.benchmarks.load;

import io.integrationkit.benchmarks.load.Results.Column;
import io.integrationkit.benchmarks.load.Results.Row;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The results as one Markdown table. */
public final class LoadTable {

    private LoadTable() {}

    /**
     * Writes the table.
     *
     * @param results what was measured
     * @param columns who was, in this order
     * @return lines of Markdown
     */
    public static String of(Results results, Column... columns) {
        StringBuilder table = new StringBuilder("| | ")
                .append(Arrays.stream(columns).map(Column::label).collect(Collectors.joining(" | ")))
                .append(" |\n|---|")
                .append("--:|".repeat(columns.length))
                .append('\n');
        for (Row row : results.rows()) {
            table.append("| ").append(row.label());
            for (Column column : columns) {
                table.append(" | ").append(shown(row, results.of(row, column)));
            }
            table.append(" |\n");
        }
        return table.toString();
    }

    private static String shown(Row row, OptionalDouble value) {
        if (value.isEmpty()) {
            return "";
        }
        return Double.isInfinite(value.getAsDouble())
                ? "never"
                : String.format(Locale.ROOT, "%." + row.decimals() + "f", value.getAsDouble());
    }
}
