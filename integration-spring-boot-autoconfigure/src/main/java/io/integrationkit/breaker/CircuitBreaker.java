package io.integrationkit.breaker;

import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether calls may go to a callee, from how the latest ones ended. Safe for use by any number of threads. Time
 * is given to it, as a monotonic reading in nanoseconds, so that a call that measures itself reads the clock once.
 *
 * <p><b>Protocol.</b> Each stay in a state has a number, its <em>epoch</em>. A permit is the epoch in which it was given,
 * and a result counts only while that epoch lasts: a call let through when the breaker was closed says nothing about a
 * callee that is being probed an outage later, whether it succeeds or fails, and gives back no place among the probes.
 *
 * <ul>
 *   <li>CLOSED: everything passes. A call that fails or is slow opens the breaker if it finds at least the minimum of
 *       calls in the window and one of the two rates at its threshold. A call that is fine never opens it.
 *   <li>OPEN: everything is refused. The first call after the open duration begins HALF_OPEN. With a multiplier the open
 *       duration grows with each probing that failed since the breaker was closed.
 *   <li>HALF_OPEN: a fixed number of probes passes, the rest is refused. The breaker closes (with an empty window) or
 *       opens as soon as the results in hand decide the rates of all probes, whatever the missing ones will be. A probe
 *       that ends without saying anything about the callee gives its place back. A probe that never ends cannot wedge the
 *       breaker: while nothing is decided, as many probes again pass after each open duration. All of them belong to the
 *       same stay, so a callee that needs longer than the open duration to answer closes the breaker as well.
 * </ul>
 *
 * With {@link Mode#METRICS_ONLY} the breaker takes the same way through its states: a call that it would refuse passes
 * with a permit of no epoch, so its result counts as little as that of a call that was never made, and the callee is
 * judged by the same probes.
 *
 * <p>A closed breaker gives a permit for one volatile read, and a call that is fine adds to a striped counter; an open
 * one refuses without the lock as well. The lock is held for a few steps only, never while a call runs.
 */
public final class CircuitBreaker {

    /** Answer of {@link #tryAcquire} to a call that may not pass; never a permit. */
    public static final long REFUSED = -1;

    /** Permit of a call that passes only because nothing is refused; never an epoch. */
    private static final long UNCOUNTED = Long.MAX_VALUE;

    /** The lock is free again sooner than a thread can be put to sleep and woken. */
    private static final int SPINS = 100;

    private final String name;

    private final Transitions transitions;

    private final ReentrantLock lock = new ReentrantLock();

    private final LongAdder notPermitted = new LongAdder();

    private volatile Phase phase;

    private long opened;

    /**
     * Creates a closed breaker.
     *
     * @param name name to report
     * @param spec when it opens and closes
     * @param now monotonic reading of this moment, in nanoseconds
     * @param transitions told of changes
     */
    public CircuitBreaker(String name, CircuitBreakerSpec spec, long now, Transitions transitions) {
        this.name = name;
        this.transitions = transitions;
        this.phase = Phase.first(spec, now);
    }

    /**
     * Returns the name of the breaker.
     *
     * @return the name it was created with
     */
    public String name() {
        return this.name;
    }

    /**
     * Returns the settings in force.
     *
     * @return when it opens and closes
     */
    public CircuitBreakerSpec spec() {
        return this.phase.spec();
    }

    /**
     * Asks to let a call pass. Each permit must be answered by exactly one of {@link #succeeded}, {@link #failed} and
     * {@link #released}.
     *
     * @param now monotonic reading, in nanoseconds
     * @return the permit, 0 or more, or {@link #REFUSED}
     */
    public long tryAcquire(long now) {
        Phase current = this.phase;
        return current.isUnguarded() ? current.epoch() : tryProbe(current, now);
    }

    private long tryProbe(Phase seen, long now) {
        // Read again: the answer must have been true while that phase lasted.
        if (seen.refuses(now) && this.phase == seen) {
            return refusal(seen);
        }
        Phase before;
        Phase after;
        boolean passes;
        lock();
        try {
            before = this.phase;
            if (before.isTimeToProbe(now)) {
                enter((before.state() == CircuitState.OPEN) ? before.halfOpen(now) : before.moreProbes(now));
            }
            after = this.phase;
            passes = switch (after.state()) {
                case CLOSED -> true;
                case OPEN -> false;
                case HALF_OPEN -> after.tryTakePlace();
            };
        } finally {
            this.lock.unlock();
        }
        announce(before, after);
        return passes ? after.epoch() : refusal(after);
    }

    private long refusal(Phase current) {
        this.notPermitted.increment();
        boolean shadow = current.spec().mode() == Mode.METRICS_ONLY && current.forced() == null;
        return shadow ? UNCOUNTED : REFUSED;
    }

    /**
     * Records that the callee answered.
     *
     * @param permit what {@link #tryAcquire} gave
     * @param durationNanos how long the call took, in nanoseconds
     * @param now monotonic reading, in nanoseconds
     */
    public void succeeded(long permit, long durationNanos, long now) {
        Phase current = this.phase;
        if (permit == current.epoch()
                && current.isUnguarded()
                && !current.isSlow(durationNanos)
                && current.window().tryCount(now)) {
            if (current.window().mayBeSpotless()) {
                findSpotless(current);
            }
            return;
        }
        record(permit, false, durationNanos, now);
    }

    /** Nobody waits for this: whoever comes next finds it as well. */
    private void findSpotless(Phase current) {
        if (this.lock.tryLock()) {
            try {
                current.window().findSpotless();
            } finally {
                this.lock.unlock();
            }
        }
    }

    /**
     * Records that the callee failed.
     *
     * @param permit what {@link #tryAcquire} gave
     * @param durationNanos how long the call took, in nanoseconds
     * @param now monotonic reading, in nanoseconds
     */
    public void failed(long permit, long durationNanos, long now) {
        record(permit, true, durationNanos, now);
    }

    /**
     * Gives a permit back of which nothing was learnt about the callee.
     *
     * @param permit what {@link #tryAcquire} gave
     */
    public void released(long permit) {
        Phase current = this.phase;
        if (permit != current.epoch() || current.state() != CircuitState.HALF_OPEN) {
            return;
        }
        lock();
        try {
            if (permit == this.phase.epoch()) {
                this.phase.probes().giveBackPlace();
            }
        } finally {
            this.lock.unlock();
        }
    }

    private void record(long permit, boolean failed, long durationNanos, long now) {
        if (permit != this.phase.epoch()) {
            return;
        }
        Phase before;
        Phase after;
        lock();
        try {
            before = this.phase;
            if (permit != before.epoch()) {
                return;
            }
            boolean slow = before.isSlow(durationNanos);
            switch (before.state()) {
                case CLOSED -> {
                    Tally tally = before.window().record(failed, slow, now);
                    if ((failed || slow) && opens(before, tally)) {
                        this.phase = before.guarded();
                        openOrGoOn(before, before.window().recordAgain(failed, slow, now), now);
                    }
                }
                case HALF_OPEN -> {
                    before.probes().record(failed, slow);
                    judgeProbes(before, now);
                }
                case OPEN -> {
                    // An open phase gives no permits.
                }
            }
            after = this.phase;
        } finally {
            this.lock.unlock();
        }
        announce(before, after);
    }

    /**
     * Opens a closed breaker whose rates are reached. Calls that are fine end without the lock, also between the count
     * and the opening, and whoever made one could then still get a permit, as if the count had missed it. So the phase is
     * guarded first, which sends whoever comes next to the lock, and counted once more: a call that this count misses
     * ended after the phase was guarded, and is one that ended after the breaker opened. The calls in between ended before
     * the one that is judged: were they to come after it, they could push it out of a small window unjudged.
     */
    private void openOrGoOn(Phase closed, Tally whileGuarded, long now) {
        if (opens(closed, whileGuarded)) {
            enter(closed.opened(now));
        } else {
            this.phase = closed;
        }
    }

    private static boolean opens(Phase closed, Tally tally) {
        CircuitBreakerSpec spec = closed.spec();
        return closed.forced() == null && tally.calls() >= spec.minimumCalls() && spec.isReachedBy(tally);
    }

    private void judgeProbes(Phase halfOpen, long now) {
        CircuitState verdict = halfOpen.probes().verdict(halfOpen.spec());
        if (verdict != null) {
            enter((verdict == CircuitState.OPEN) ? halfOpen.opened(now) : halfOpen.closed(now));
        }
    }

    /**
     * Holds the breaker in a state, or lets the results decide again. Both begin with an empty window, and results of
     * calls that began before count no more. After {@link Forced#OPEN} the callee is probed before the breaker closes.
     * Asking for what is already so changes nothing.
     *
     * @param forced the state to hold, or {@code null} to let the results decide
     * @param now monotonic reading, in nanoseconds
     */
    public void force(@Nullable Forced forced, long now) {
        Phase before;
        Phase after;
        lock();
        try {
            before = this.phase;
            if (before.forced() == forced) {
                return;
            }
            enter(before.forced(forced, now));
            after = this.phase;
        } finally {
            this.lock.unlock();
        }
        announce(before, after);
    }

    /**
     * Puts other settings in force, at once and without a change of state as such. The window is kept if its type and its
     * size (or duration) stay, else it begins empty. What is known is judged by the new settings at once: a closed breaker
     * may open, a half-open one may open or close; probes under way count on. An open breaker stays open until the new
     * open duration, counted from when it opened, is over. A forced state stays.
     *
     * @param spec when it opens and closes from now on
     * @param now monotonic reading, in nanoseconds
     */
    public void change(CircuitBreakerSpec spec, long now) {
        Phase before;
        Phase after;
        lock();
        try {
            before = this.phase;
            Phase changed = before.changed(spec, now);
            enter(changed);
            switch (changed.state()) {
                case CLOSED -> {
                    if (opens(changed, changed.window().tally(now))) {
                        this.phase = changed.guarded();
                        openOrGoOn(changed, changed.window().tally(now), now);
                    }
                }
                case HALF_OPEN -> judgeProbes(changed, now);
                case OPEN -> {
                    // Nothing is known about the callee.
                }
            }
            after = this.phase;
        } finally {
            this.lock.unlock();
        }
        announce(before, after);
    }

    /**
     * Tells a refused call how long it is worth waiting.
     *
     * @param now monotonic reading, in nanoseconds
     * @return time until the callee is probed, or until the probes under way should have ended; the open duration if the
     *     breaker is held open, and zero if it is closed
     */
    public Duration retryAfter(long now) {
        return this.phase.retryAfter(now);
    }

    /**
     * Looks at the breaker.
     *
     * @param now monotonic reading, in nanoseconds
     * @return its state at this moment; the number of refusals may be a little behind
     */
    public CircuitBreakerStatus status(long now) {
        lock();
        try {
            Phase current = this.phase;
            Tally tally = current.window().tally(now);
            return new CircuitBreakerStatus(
                    this.name,
                    current.state(),
                    tally.failureRate(),
                    tally.slowCallRate(),
                    tally.calls(),
                    this.opened,
                    this.notPermitted.sum(),
                    current.spec().mode(),
                    current.forced());
        } finally {
            this.lock.unlock();
        }
    }

    private void lock() {
        for (int spin = 0; spin < SPINS; spin++) {
            if (this.lock.tryLock()) {
                return;
            }
            Thread.onSpinWait();
        }
        this.lock.lock();
    }

    private void enter(Phase next) {
        if (next.state() == CircuitState.OPEN && this.phase.state() != CircuitState.OPEN) {
            this.opened++;
        }
        this.phase = next;
    }

    private void announce(Phase before, Phase after) {
        if (before.state() != after.state()) {
            this.transitions.changed(this.name, before.state(), after.state());
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
}
