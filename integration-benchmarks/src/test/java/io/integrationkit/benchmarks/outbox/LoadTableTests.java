package io.integrationkit.benchmarks.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.benchmarks.outbox.Results.Column;
import io.integrationkit.benchmarks.outbox.Results.Row;
import org.junit.jupiter.api.Test;

class LoadTableTests {

    @Test
    void whoNeverCameToAnEndIsShownSoAndWhoWasNotMeasuredNot() {
        Results results = new Results();
        results.add(Row.KILL_FROM_KILL, Column.FLOOR, 1.5);
        results.add(Row.KILL_FROM_KILL, Column.NAMASTACK, Double.POSITIVE_INFINITY);
        assertThat(LoadTable.of(results)).endsWith(" |  |  | 1.5 |  | never |\n");
    }
}
