package io.integrationkit.replay;

import io.integrationkit.deadletter.ReplayResult;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a job is.
 *
 * @param position position of the last entry it is done with, 0 at the start
 * @param replayed entries that are resolved
 * @param failed entries that were tried in vain, and are open again
 * @param skipped entries that were passed over: closed or taken by somebody else meanwhile, in use by live traffic, or
 *     behind an entry of the same key that was not replayed
 * @param step step of the ladder, from 0
 * @param stepTried entries that were replayed or failed in this step
 * @param stepFailed entries that failed in this step
 * @param failures the first {@value #MAX_FAILURES} of the failed entries, with what they met
 */
public record ReplayProgress(
        long position,
        long replayed,
        long failed,
        long skipped,
        int step,
        int stepTried,
        int stepFailed,
        List<ReplayResult> failures) {

    /** How many failed entries are named. */
    public static final int MAX_FAILURES = 20;

    static final ReplayProgress NONE = new ReplayProgress(0, 0, 0, 0, 0, 0, 0, List.of());

    public ReplayProgress {
        failures = List.copyOf(failures);
    }

    /** Entries the job is done with, one way or the other. */
    long passed() {
        return this.replayed + this.failed + this.skipped;
    }

    ReplayProgress at(long reached) {
        return new ReplayProgress(
                reached,
                this.replayed,
                this.failed,
                this.skipped,
                this.step,
                this.stepTried,
                this.stepFailed,
                this.failures);
    }

    ReplayProgress withReplayed() {
        return new ReplayProgress(
                this.position,
                this.replayed + 1,
                this.failed,
                this.skipped,
                this.step,
                this.stepTried + 1,
                this.stepFailed,
                this.failures);
    }

    ReplayProgress withFailed(ReplayResult result) {
        List<ReplayResult> named = this.failures;
        if (named.size() < MAX_FAILURES) {
            named = new ArrayList<>(named);
            named.add(result);
        }
        return new ReplayProgress(
                this.position,
                this.replayed,
                this.failed + 1,
                this.skipped,
                this.step,
                this.stepTried + 1,
                this.stepFailed + 1,
                named);
    }

    ReplayProgress withSkipped() {
        return new ReplayProgress(
                this.position,
                this.replayed,
                this.failed,
                this.skipped + 1,
                this.step,
                this.stepTried,
                this.stepFailed,
                this.failures);
    }

    ReplayProgress onNextStep() {
        return new ReplayProgress(
                this.position, this.replayed, this.failed, this.skipped, this.step + 1, 0, 0, this.failures);
    }
}
