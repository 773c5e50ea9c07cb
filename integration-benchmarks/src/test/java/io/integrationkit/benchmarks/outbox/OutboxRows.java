package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Results.Row;
import java.util.Locale;

/** What is measured. */
final class OutboxRows {

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

    private OutboxRows() {}

    static Row drain(int backlog) {
        return new Row(String.format(Locale.ROOT, "drain of %,d, messages/s", backlog), 0, false);
    }

    static Row cpu(int backlog) {
        return new Row(String.format(Locale.ROOT, "drain of %,d, µs of CPU a message", backlog), 1, false);
    }
}
