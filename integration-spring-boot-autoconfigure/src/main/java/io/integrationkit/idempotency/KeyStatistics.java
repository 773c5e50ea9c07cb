package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What this instance has done with the keys of one operation since it started.
 *
 * <p>A call counts once, by the first answer that its key gave it. A call whose key was used before with other arguments is
 * another request and counts nowhere, and neither does one that got no answer because the store failed.
 *
 * @param executed calls that got their key and ran, whatever became of them
 * @param duplicates calls that did not run since their key said that an earlier one had: it had ended (with a result, a
 *     failure that is remembered, or as a dead letter), was still under way when the wait was over, or had never told how
 *     it ended
 * @param waits how often calls waited for another one with their key. A call may wait in several places, and counts in
 *     each: behind one of its own process, at the store behind one of another instance, and in each of its transactions
 * @param waited how long they waited, all waits together
 * @param fenceLosses calls that ran under a lease and were refused what they wanted to write, or the renewal of the lease,
 *     since the key was not theirs any more: another call had taken it over, or an operator had freed it
 */
public record KeyStatistics(long executed, long duplicates, long waits, Duration waited, long fenceLosses) {

    /**
     * Returns the part of the duplicates in the calls that are counted.
     *
     * @return from 0 to 1, or {@code null} if no call was counted yet
     */
    public @Nullable Double duplicateRatio() {
        long calls = this.executed + this.duplicates;
        return (calls > 0) ? (double) this.duplicates / calls : null;
    }
}
