package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.outbox.Results.Column;
import io.integrationkit.benchmarks.outbox.Results.Row;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The results as one Markdown table. */
final class LoadTable {

    private LoadTable() {}

    static String of(Results results) {
        StringBuilder table = new StringBuilder("| | ")
                .append(Arrays.stream(Column.values()).map(Column::label).collect(Collectors.joining(" | ")))
                .append(" |\n|---|")
                .append("--:|".repeat(Column.values().length))
                .append('\n');
        for (Row row : results.rows()) {
            table.append("| ").append(row.label());
            for (Column column : Column.values()) {
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
