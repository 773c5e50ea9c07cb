package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.downstream.DownstreamLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Intervenes when half of the messages are posted, from a thread of its own, and tells what came of it. */
final class HalfTime {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Intervention intervention;

    private final int deliveries;

    private final DownstreamLog downstream;

    private final TimeSource time;

    private final Thread thread = new Thread(this::watch, "demo-half-time");

    private volatile @Nullable Score score;

    HalfTime(Intervention intervention, int deliveries, DownstreamLog downstream, TimeSource time) {
        this.intervention = intervention;
        this.deliveries = deliveries;
        this.downstream = downstream;
        this.time = time;
        this.thread.setDaemon(true);
    }

    void begin() {
        if (this.intervention != Intervention.NONE) {
            this.thread.start();
        }
    }

    void end() {
        this.thread.interrupt();
    }

    private void watch() {
        try {
            while (this.downstream.effectCount() < this.deliveries / 2) {
                this.time.sleep(PAUSE);
            }
            this.intervention.action().run();
            this.score = new Score(this.downstream.lookups(), this.downstream.effectCount());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Questions for profiles beside the messages before and after the intervention; all of it before, if none was. */
    Effect effect() {
        Score whole = new Score(this.downstream.lookups(), this.downstream.effectCount());
        Score half = this.score;
        return (half != null)
                ? new Effect(1, half.per100(), whole.minus(half).per100())
                : new Effect(0, whole.per100(), 0);
    }

    /**
     * What the intervention changed.
     *
     * @param changes how often there was one
     * @param before questions for each hundred messages before it
     * @param after the same after it
     */
    record Effect(int changes, int before, int after) {}

    private record Score(int lookups, int effects) {

        int per100() {
            return (this.effects > 0) ? Math.round(this.lookups * 100f / this.effects) : 0;
        }

        Score minus(Score before) {
            return new Score(this.lookups - before.lookups, this.effects - before.effects);
        }
    }
}
