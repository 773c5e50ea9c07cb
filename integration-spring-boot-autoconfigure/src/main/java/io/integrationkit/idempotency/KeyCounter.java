package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** Counts keys one by one. Used by one thread. */
final class KeyCounter {

    private final long nowMicros;

    private long inProgress;

    private long lapsed;

    private long done;

    private long deadLettered;

    private long oldestEpoch = Long.MAX_VALUE;

    KeyCounter(long nowMicros) {
        this.nowMicros = nowMicros;
    }

    void count(Phase phase, boolean leased, long epoch) {
        switch (phase) {
            case DONE -> this.done++;
            case DEAD_LETTERED -> this.deadLettered++;
            case IN_PROGRESS -> {
                this.oldestEpoch = Math.min(this.oldestEpoch, epoch);
                if (leased) {
                    this.inProgress++;
                } else {
                    this.lapsed++;
                }
            }
        }
    }

    KeyCounts counts(boolean atLeast) {
        Duration oldest = (this.oldestEpoch != Long.MAX_VALUE)
                ? Duration.of(Math.max(0, this.nowMicros - this.oldestEpoch), ChronoUnit.MICROS)
                : null;
        return new KeyCounts(this.inProgress, this.lapsed, this.done, this.deadLettered, oldest, atLeast);
    }
}
