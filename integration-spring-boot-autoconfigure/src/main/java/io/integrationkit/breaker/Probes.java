package io.integrationkit.breaker;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The calls that one half-open phase lets through, and how they ended. Guarded by the lock of its breaker; only how many
 * places are taken may be asked without it.
 */
final class Probes {

    private final AtomicInteger given = new AtomicInteger();

    private int ended;

    private int failed;

    private int slow;

    int given() {
        return this.given.get();
    }

    void takePlace() {
        this.given.incrementAndGet();
    }

    void giveBackPlace() {
        if (this.given.get() > this.ended) {
            this.given.decrementAndGet();
        }
    }

    void record(boolean failed, boolean slow) {
        this.ended++;
        this.failed += failed ? 1 : 0;
        this.slow += slow ? 1 : 0;
    }

    /**
     * Returns the state that follows whatever the missing results will be, or {@code null} if that depends on them. The
     * first results decide, as many as there are to be probes, of whichever allotment they are.
     */
    @Nullable
    CircuitState verdict(CircuitBreakerSpec spec) {
        int probes = spec.halfOpenProbes();
        if (spec.isReachedBy(new Tally(probes, this.failed, this.slow))) {
            return CircuitState.OPEN;
        }
        int missing = Math.max(0, probes - this.ended);
        Tally worst = new Tally(probes, this.failed + missing, this.slow + missing);
        return spec.isReachedBy(worst) ? null : CircuitState.CLOSED;
    }
}
