package io.integrationkit.breaker;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides whether calls may go to a callee, from how the latest ones ended.
 *
 * <p><b>Protocol.</b> Each state the breaker enters has a number, its <em>epoch</em>. A permit is the epoch in which it
 * was given, and a result counts only while that epoch lasts: a call let through when the breaker was closed says
 * nothing about a callee that is being probed an outage later, whether it succeeds or fails, and gives back no place
 * among the probes.
 *
 * <ul>
 *   <li>CLOSED: everything passes. A ring of the latest results is kept; a failure that finds at least the minimum of
 *       calls in it and the failure rate at the threshold opens the breaker.
 *   <li>OPEN: everything is refused. The first call after the open duration begins HALF_OPEN.
 *   <li>HALF_OPEN: a fixed number of probes passes, the rest is refused. The breaker closes (with an empty window) or
 *       opens as soon as the results in hand decide the failure rate of all probes, whatever the missing ones will be.
 *       A probe that ends without saying anything about the callee gives its place back. A probe that never ends cannot
 *       wedge the breaker: an undecided HALF_OPEN is replaced by a new one, with new places, after the open duration.
 * </ul>
 *
 * The lock guards counters only and is never held while a call runs. A closed breaker gives its permits without the
 * lock, and a success that would write a success over a success is not written at all.
 */
public final class CircuitBreaker {

    /** Answer of {@link #tryAcquire()} to a call that may not pass; never an epoch. */
    public static final long REFUSED = -1;

    /** While probes are under way the answer comes with them, sooner than the end of the open duration. */
    private static final Duration PROBES_UNDER_WAY = Duration.ofSeconds(1);

    private final String name;

    private final CircuitBreakerSpec spec;

    private final TimeSource time;

    private final Transitions transitions;

    private final ReentrantLock lock = new ReentrantLock();

    private final ResultWindow window;

    private volatile Phase phase;

    /** Whether the window is full of successes. */
    private volatile boolean spotless;

    private int probesGiven;

    private int probesSucceeded;

    private int probesFailed;

    private long opened;

    /**
     * Creates a closed breaker.
     *
     * @param name name to report
     * @param spec when it opens and closes
     * @param time measures how long it is open
     * @param transitions told of changes
     */
    public CircuitBreaker(String name, CircuitBreakerSpec spec, TimeSource time, Transitions transitions) {
        this.name = name;
        this.spec = spec;
        this.time = time;
        this.transitions = transitions;
        this.window = new ResultWindow(spec.windowSize());
        this.phase = new Phase(CircuitState.CLOSED, 0, time.nanoTime());
    }

    /**
     * Asks to let a call pass. Each permit must be answered by exactly one of {@link #succeeded}, {@link #failed} and
     * {@link #released}.
     *
     * @return the permit, or {@link #REFUSED}
     */
    public long tryAcquire() {
        Phase current = this.phase;
        if (current.state() == CircuitState.CLOSED) {
            return current.epoch();
        }
        Phase before;
        long permit;
        this.lock.lock();
        try {
            before = this.phase;
            if (before.state() != CircuitState.CLOSED && mayProbe(before)) {
                enter(CircuitState.HALF_OPEN);
            }
            permit = permit();
            current = this.phase;
        } finally {
            this.lock.unlock();
        }
        announce(before, current);
        return permit;
    }

    private boolean mayProbe(Phase current) {
        boolean over = this.time.nanoTime() - current.since()
                >= this.spec.openDuration().toNanos();
        return over && (current.state() == CircuitState.OPEN || this.probesGiven >= this.spec.halfOpenProbes());
    }

    private long permit() {
        return switch (this.phase.state()) {
            case CLOSED -> this.phase.epoch();
            case OPEN -> REFUSED;
            case HALF_OPEN -> {
                if (this.probesGiven >= this.spec.halfOpenProbes()) {
                    yield REFUSED;
                }
                this.probesGiven++;
                yield this.phase.epoch();
            }
        };
    }

    /**
     * Records that the callee answered.
     *
     * @param permit what {@link #tryAcquire()} gave
     */
    public void succeeded(long permit) {
        Phase current = this.phase;
        if (permit == current.epoch() && current.state() == CircuitState.CLOSED && this.spotless) {
            return;
        }
        record(permit, true);
    }

    /**
     * Records that the callee failed.
     *
     * @param permit what {@link #tryAcquire()} gave
     */
    public void failed(long permit) {
        record(permit, false);
    }

    /**
     * Gives a permit back of which nothing was learnt about the callee.
     *
     * @param permit what {@link #tryAcquire()} gave
     */
    public void released(long permit) {
        this.lock.lock();
        try {
            if (permit == this.phase.epoch() && this.phase.state() == CircuitState.HALF_OPEN) {
                this.probesGiven--;
            }
        } finally {
            this.lock.unlock();
        }
    }

    private void record(long permit, boolean success) {
        Phase before;
        Phase after;
        this.lock.lock();
        try {
            before = this.phase;
            if (permit != before.epoch()) {
                return;
            }
            if (before.state() == CircuitState.CLOSED) {
                recordClosed(success);
            } else {
                recordProbe(success);
            }
            after = this.phase;
        } finally {
            this.lock.unlock();
        }
        announce(before, after);
    }

    private void recordClosed(boolean success) {
        this.window.add(success);
        this.spotless = this.window.isSpotless();
        if (!success
                && this.window.calls() >= this.spec.minimumCalls()
                && reachesThreshold(this.window.failures(), this.window.calls())) {
            enter(CircuitState.OPEN);
        }
    }

    private void recordProbe(boolean success) {
        if (success) {
            this.probesSucceeded++;
        } else {
            this.probesFailed++;
        }
        int probes = this.spec.halfOpenProbes();
        if (reachesThreshold(this.probesFailed, probes)) {
            enter(CircuitState.OPEN);
        } else if (!reachesThreshold(probes - this.probesSucceeded, probes)) {
            enter(CircuitState.CLOSED);
        }
    }

    private boolean reachesThreshold(int failures, int calls) {
        return failures * 100L >= (long) this.spec.failureRateThreshold() * calls;
    }

    private void enter(CircuitState state) {
        this.window.clear();
        this.spotless = false;
        this.probesGiven = 0;
        this.probesSucceeded = 0;
        this.probesFailed = 0;
        if (state == CircuitState.OPEN) {
            this.opened++;
        }
        this.phase = new Phase(state, this.phase.epoch() + 1, this.time.nanoTime());
    }

    private void announce(Phase before, Phase after) {
        if (before.state() != after.state()) {
            this.transitions.changed(this.name, before.state(), after.state());
        }
    }

    /**
     * Tells a refused call how long it is worth waiting.
     *
     * @return time until the callee is probed, or until the probes under way should have ended
     */
    public Duration retryAfter() {
        Phase current = this.phase;
        long left = this.spec.openDuration().toNanos() - (this.time.nanoTime() - current.since());
        Duration remaining = Duration.ofNanos(Math.max(0, left));
        boolean probing = current.state() != CircuitState.OPEN;
        return (probing && remaining.compareTo(PROBES_UNDER_WAY) > 0) ? PROBES_UNDER_WAY : remaining;
    }

    /**
     * Looks at the breaker.
     *
     * @return its state at this moment
     */
    public CircuitBreakerStatus status() {
        this.lock.lock();
        try {
            int calls = this.window.calls();
            double rate = (calls == 0) ? 0 : this.window.failures() * 100.0 / calls;
            return new CircuitBreakerStatus(this.name, this.phase.state(), rate, calls, this.opened);
        } finally {
            this.lock.unlock();
        }
    }

    /** Told of changes, outside the lock; must not throw. */
    @FunctionalInterface
    public interface Transitions {

        /**
         * Tells of a change.
         *
         * @param name name of the breaker
         * @param from state it was in
         * @param to state it is in
         */
        void changed(String name, CircuitState from, CircuitState to);
    }

    private record Phase(CircuitState state, long epoch, long since) {}
}
