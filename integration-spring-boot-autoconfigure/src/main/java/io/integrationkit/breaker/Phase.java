package io.integrationkit.breaker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One stay of a breaker in one state. Each has an epoch, a window and probes of its own, so nothing that belongs to
 * another stay can reach them. Everything a call reads on its way is settled here in nanoseconds.
 */
final class Phase {

    /** While probes are under way the answer comes with them, sooner than the end of the open duration. */
    private static final Duration PROBES_UNDER_WAY = Duration.ofSeconds(1);

    private final CircuitBreakerSpec spec;

    private final CircuitState state;

    private final long epoch;

    private final long since;

    private final @Nullable Forced forced;

    private final int failedProbings;

    /** How often a half-open stay has given out its number of probes. */
    private final int allotments;

    private final Window window;

    private final Probes probes;

    private final long slowNanos;

    private final long openNanos;

    private final boolean unguarded;

    private Phase(
            CircuitBreakerSpec spec,
            CircuitState state,
            long epoch,
            long since,
            @Nullable Forced forced,
            int failedProbings,
            int allotments,
            Window window,
            Probes probes,
            boolean guarded) {
        this.spec = spec;
        this.state = state;
        this.epoch = epoch;
        this.since = since;
        this.forced = forced;
        this.failedProbings = failedProbings;
        this.allotments = allotments;
        this.window = window;
        this.probes = probes;
        Duration slow = spec.slowCallDuration();
        this.slowNanos = (slow != null) ? slow.toNanos() : Long.MAX_VALUE;
        this.openNanos = openNanos(spec, failedProbings);
        this.unguarded = state == CircuitState.CLOSED && !guarded;
    }

    static Phase first(CircuitBreakerSpec spec, long now) {
        return new Phase(spec, CircuitState.CLOSED, 0, now, null, 0, 1, Window.of(spec, now), new Probes(), false);
    }

    private static long openNanos(CircuitBreakerSpec spec, int failedProbings) {
        long shortest = spec.openDuration().toNanos();
        if (spec.openDurationMultiplier() == 1) {
            return shortest;
        }
        double grown = shortest * Math.pow(spec.openDurationMultiplier(), failedProbings);
        long longest = spec.maxOpenDuration().toNanos();
        return (grown >= longest) ? longest : (long) grown;
    }

    Phase opened(long now) {
        int failedProbings = (this.state == CircuitState.HALF_OPEN) ? this.failedProbings + 1 : 0;
        return next(CircuitState.OPEN, now, null, failedProbings);
    }

    Phase halfOpen(long now) {
        return next(CircuitState.HALF_OPEN, now, null, this.failedProbings);
    }

    Phase closed(long now) {
        return next(CircuitState.CLOSED, now, null, 0);
    }

    /** Who held the breaker open did not see the callee answer: it is probed first. */
    Phase forced(@Nullable Forced forced, long now) {
        if (forced == null) {
            return (this.state == CircuitState.OPEN) ? halfOpen(now) : closed(now);
        }
        CircuitState held = (forced == Forced.OPEN) ? CircuitState.OPEN : CircuitState.CLOSED;
        return next(held, now, forced, 0);
    }

    /** The same stay under other settings; where the window has another shape now, a new stay in the same state. */
    Phase changed(CircuitBreakerSpec changed, long now) {
        boolean reshaped = this.state == CircuitState.CLOSED && !this.spec.hasWindowOf(changed);
        return new Phase(
                changed,
                this.state,
                reshaped ? this.epoch + 1 : this.epoch,
                reshaped ? now : this.since,
                this.forced,
                this.failedProbings,
                this.allotments,
                reshaped ? Window.of(changed, now) : this.window,
                this.probes,
                false);
    }

    /** The same half-open stay with as many probes again, since those under way take their time or are lost. */
    Phase moreProbes(long now) {
        return new Phase(
                this.spec,
                this.state,
                this.epoch,
                now,
                this.forced,
                this.failedProbings,
                this.allotments + 1,
                this.window,
                this.probes,
                false);
    }

    /** The same closed stay, in which no call passes or ends without the lock. */
    Phase guarded() {
        return new Phase(
                this.spec,
                this.state,
                this.epoch,
                this.since,
                this.forced,
                this.failedProbings,
                this.allotments,
                this.window,
                this.probes,
                true);
    }

    private Phase next(CircuitState state, long now, @Nullable Forced forced, int failedProbings) {
        return new Phase(
                this.spec,
                state,
                this.epoch + 1,
                now,
                forced,
                failedProbings,
                1,
                Window.of(this.spec, now),
                new Probes(),
                false);
    }

    /** Whether it is time to probe the callee, or, where all probes are under way, to probe it once more. */
    boolean isTimeToProbe(long now) {
        return this.forced == null
                && now - this.since >= this.openNanos
                && (this.state == CircuitState.OPEN || (this.state == CircuitState.HALF_OPEN && !isPlaceLeft()));
    }

    private boolean isPlaceLeft() {
        return this.probes.given() < (long) this.allotments * this.spec.halfOpenProbes();
    }

    /** Takes a place among the probes, if one is left; under the lock. */
    boolean tryTakePlace() {
        boolean left = isPlaceLeft();
        if (left) {
            this.probes.takePlace();
        }
        return left;
    }

    /** Whether a call passes, and one that is fine ends, without the lock. */
    boolean isUnguarded() {
        return this.unguarded;
    }

    /** Whether a call may not pass as things stand; needs no lock. */
    boolean refuses(long now) {
        return switch (this.state) {
            case CLOSED -> false;
            case OPEN -> !isTimeToProbe(now);
            case HALF_OPEN -> !isPlaceLeft() && !isTimeToProbe(now);
        };
    }

    boolean isSlow(long durationNanos) {
        return durationNanos >= this.slowNanos;
    }

    Duration retryAfter(long now) {
        if (this.state == CircuitState.CLOSED) {
            return Duration.ZERO;
        }
        if (this.forced != null) {
            return Duration.ofNanos(this.openNanos);
        }
        Duration left = Duration.ofNanos(Math.max(0, this.openNanos - (now - this.since)));
        boolean probing = this.state == CircuitState.HALF_OPEN;
        return (probing && left.compareTo(PROBES_UNDER_WAY) > 0) ? PROBES_UNDER_WAY : left;
    }

    CircuitBreakerSpec spec() {
        return this.spec;
    }

    CircuitState state() {
        return this.state;
    }

    long epoch() {
        return this.epoch;
    }

    @Nullable
    Forced forced() {
        return this.forced;
    }

    Window window() {
        return this.window;
    }

    Probes probes() {
        return this.probes;
    }
}
