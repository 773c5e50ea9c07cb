package io.integrationkit.replay;

import java.util.concurrent.atomic.LongAdder;

/** What the jobs of this instance did. */
final class JobCounters {

    final LongAdder started = new LongAdder();

    final LongAdder completed = new LongAdder();

    final LongAdder stopped = new LongAdder();

    final LongAdder cancelled = new LongAdder();

    final LongAdder replayed = new LongAdder();

    final LongAdder failed = new LongAdder();

    final LongAdder skipped = new LongAdder();

    ReplayTotals totals(int running) {
        return new ReplayTotals(
                this.started.sum(),
                this.completed.sum(),
                this.stopped.sum(),
                this.cancelled.sum(),
                this.replayed.sum(),
                this.failed.sum(),
                this.skipped.sum(),
                running);
    }
}
