package io.integrationkit.replay;

import org.jspecify.annotations.Nullable;

/** Decides after each entry whether a job goes on. */
final class Ladder {

    private final ReplayRequest request;

    Ladder(ReplayRequest request) {
        this.request = request;
    }

    /** How many entries may still be tried in the step. */
    int leftOf(ReplayProgress progress) {
        return sizeOf(progress.step()) - progress.stepTried();
    }

    /** How many entries may be tried before the next look: on the ladder what is left of the step, above it any number. */
    int most(ReplayProgress progress, int batch) {
        return isOn(progress) ? Math.min(batch, leftOf(progress)) : batch;
    }

    /** Whether the step is one of the ladder, and not above it. */
    boolean isOn(ReplayProgress progress) {
        return progress.step() < this.request.ladder().size();
    }

    private int sizeOf(int step) {
        return (step < this.request.ladder().size()) ? this.request.ladder().get(step) : ReplayRequest.FURTHER_STEP;
    }

    /** Why the job must stop, or {@code null}: as soon as the step cannot end well any more, not only at its end. */
    @Nullable
    String stopped(ReplayProgress progress) {
        int size = sizeOf(progress.step());
        if (progress.stepFailed() <= this.request.maxFailureRatio() * size) {
            return null;
        }
        return "%d of %d entries tried in step %d, which has %d, failed: more than the failure ratio of %s allows"
                .formatted(
                        progress.stepFailed(),
                        progress.stepTried(),
                        progress.step() + 1,
                        size,
                        this.request.maxFailureRatio());
    }

    /** The progress on the step on which the next entry is tried. */
    ReplayProgress onward(ReplayProgress progress) {
        return (leftOf(progress) > 0) ? progress : progress.onNextStep();
    }
}
