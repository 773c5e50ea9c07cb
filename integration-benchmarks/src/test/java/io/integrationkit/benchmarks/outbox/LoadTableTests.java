package io.integrationkit.benchmarks.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.benchmarks.load.LoadTable;
import io.integrationkit.benchmarks.load.Results;
import org.junit.jupiter.api.Test;

class LoadTableTests {

    @Test
    void whoNeverCameToAnEndIsShownSoAndWhoWasNotMeasuredNot() {
        Results results = new Results();
        results.add(OutboxRows.KILL_FROM_KILL, OutboxColumn.FLOOR, 1.5);
        results.add(OutboxRows.KILL_FROM_KILL, OutboxColumn.NAMASTACK, Double.POSITIVE_INFINITY);
        assertThat(LoadTable.of(results, OutboxColumn.values())).endsWith(" |  |  | 1.5 |  | never |\n");
    }
}
