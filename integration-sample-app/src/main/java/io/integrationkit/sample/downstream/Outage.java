package io.integrationkit.sample.downstream;

import io.integrationkit.context.TimeSource;
import org.jspecify.annotations.Nullable;

/** The one outage of a run: begins with the first request after so many effects, ends after its time. */
final class Outage {

    private final Misbehaviour misbehaviour;

    private final TimeSource time;

    private @Nullable Long began;

    Outage(Misbehaviour misbehaviour, TimeSource time) {
        this.misbehaviour = misbehaviour;
        this.time = time;
    }

    synchronized boolean rules(int effects) {
        int after = this.misbehaviour.outageAfterEffects();
        if (after == 0 || effects < after) {
            return false;
        }
        long now = this.time.nanoTime();
        if (this.began == null) {
            this.began = now;
        }
        return now - this.began < this.misbehaviour.outage().toNanos();
    }
}
