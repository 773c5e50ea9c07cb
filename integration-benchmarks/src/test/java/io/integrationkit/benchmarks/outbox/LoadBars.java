package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Bars;
import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Results.Row;
import java.util.List;
import java.util.Locale;

/** What our outbox must reach, each against the others of the same run. */
final class LoadBars {

    private final Results results;

    private final Bars bars;

    private LoadBars(Results results) {
        this.results = results;
        this.bars = new Bars(results);
    }

    static Bars check(Results results, List<Integer> backlogs) {
        LoadBars bars = new LoadBars(results);
        bars.rates(backlogs);
        bars.latency();
        bars.correctness();
        return bars.bars;
    }

    private void rates(List<Integer> backlogs) {
        this.bars.atLeast(
                0.8,
                "business transactions against plain",
                this.bars.share(OutboxRows.TRANSACTIONS, OutboxColumn.KIT, OutboxColumn.PLAIN));
        for (int backlog : backlogs) {
            this.bars.atLeast(
                    0.8,
                    String.format(Locale.ROOT, "drain of %,d against the floor", backlog),
                    this.bars.share(OutboxRows.drain(backlog), OutboxColumn.KIT, OutboxColumn.FLOOR));
        }
        int least = backlogs.get(0);
        int most = backlogs.get(backlogs.size() - 1);
        if (most > least) {
            this.bars.atLeast(
                    0.8,
                    String.format(Locale.ROOT, "drain of %,d against that of %,d", most, least),
                    Bars.ratio(
                            this.results.of(OutboxRows.drain(most), OutboxColumn.KIT),
                            this.results.of(OutboxRows.drain(least), OutboxColumn.KIT)));
        }
        this.bars.atLeast(
                0.9,
                "publishing and relaying at once against the floor",
                this.bars.share(OutboxRows.BOTH, OutboxColumn.KIT, OutboxColumn.FLOOR));
    }

    private void latency() {
        this.bars.atMost(
                1.1, "commit to consumer, p50 ms", this.results.of(OutboxRows.LATENCY_MEDIAN, OutboxColumn.KIT));
        this.bars.atMost(
                1.25,
                "commit to consumer, p99 against Kafka alone",
                this.bars.share(OutboxRows.LATENCY_P99, OutboxColumn.KIT, OutboxColumn.KAFKA));
    }

    private void correctness() {
        none(OutboxRows.BOTH_LOST);
        none(OutboxRows.BOTH_INVERSIONS);
        none(OutboxRows.BURST_LOST);
        none(OutboxRows.BURST_INVERSIONS);
        this.bars.atMost(
                3, OutboxRows.KILL_FROM_READY.label(), this.results.of(OutboxRows.KILL_FROM_READY, OutboxColumn.KIT));
        this.bars.atMost(
                99, OutboxRows.KILL_DUPLICATES.label(), this.results.of(OutboxRows.KILL_DUPLICATES, OutboxColumn.KIT));
        none(OutboxRows.KILL_LOST);
        none(OutboxRows.KILL_INVERSIONS);
    }

    private void none(Row row) {
        this.bars.atMost(0, row.label(), this.results.of(row, OutboxColumn.KIT));
    }
}
