package io.integrationkit.breaker;

import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.breaker.CircuitBreakerSpec.WindowType;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a circuit breaker is, written down as plainly as possible: one thread, each result kept, every rate counted anew.
 * The real one is compared with it.
 */
final class NaiveCircuitBreaker {

    private record Result(boolean failed, boolean slow, long tenth) {}

    private CircuitBreakerSpec spec;

    private CircuitState state = CircuitState.CLOSED;

    private Forced forced;

    private long epoch;

    private long since;

    private long opened;

    private long notPermitted;

    private int failedProbings;

    private int given;

    private int allotments;

    private final Deque<Result> probes = new ArrayDeque<>();

    private final Deque<Result> window = new ArrayDeque<>();

    private long tenth;

    NaiveCircuitBreaker(CircuitBreakerSpec spec, long now) {
        this.spec = spec;
        this.since = now;
    }

    long tryAcquire(long now) {
        boolean due = this.forced == null && now - this.since >= openNanos();
        if (this.state == CircuitState.OPEN && due) {
            enter(CircuitState.HALF_OPEN, null, now);
        } else if (this.state == CircuitState.HALF_OPEN && this.given >= places() && due) {
            this.allotments++;
            this.since = now;
        }
        if (this.state == CircuitState.CLOSED) {
            return this.epoch;
        }
        if (this.state == CircuitState.HALF_OPEN && this.given < places()) {
            this.given++;
            return this.epoch;
        }
        this.notPermitted++;
        boolean passes = this.spec.mode() == Mode.METRICS_ONLY && this.forced == null;
        return passes ? Long.MAX_VALUE : CircuitBreaker.REFUSED;
    }

    private int places() {
        return this.allotments * this.spec.halfOpenProbes();
    }

    void ended(long permit, boolean failed, long durationNanos, long now) {
        if (permit != this.epoch) {
            return;
        }
        boolean slow = this.spec.slowCallDuration() != null
                && durationNanos >= this.spec.slowCallDuration().toNanos();
        if (this.state == CircuitState.HALF_OPEN) {
            this.probes.add(new Result(failed, slow, 0));
            judgeProbes(now);
        } else if (this.state == CircuitState.CLOSED) {
            moveTo(now);
            this.window.add(new Result(failed, slow, this.tenth));
            forget();
            if (failed || slow) {
                judgeWindow(now);
            }
        }
    }

    void released(long permit) {
        if (permit == this.epoch && this.state == CircuitState.HALF_OPEN && this.given > this.probes.size()) {
            this.given--;
        }
    }

    void force(Forced forced, long now) {
        if (forced == this.forced) {
            return;
        }
        CircuitState next = (forced == Forced.OPEN) ? CircuitState.OPEN : CircuitState.CLOSED;
        if (forced == null && this.state == CircuitState.OPEN) {
            next = CircuitState.HALF_OPEN;
        }
        this.failedProbings = 0;
        enter(next, forced, now);
    }

    void change(CircuitBreakerSpec spec, long now) {
        boolean sameWindow = this.spec.windowType() == spec.windowType()
                && (spec.windowType() == WindowType.COUNT
                        ? this.spec.windowSize() == spec.windowSize()
                        : this.spec.windowDuration().equals(spec.windowDuration()));
        this.spec = spec;
        if (this.state == CircuitState.CLOSED && !sameWindow) {
            enter(CircuitState.CLOSED, this.forced, now);
        } else if (this.state == CircuitState.CLOSED) {
            moveTo(now);
            judgeWindow(now);
        } else if (this.state == CircuitState.HALF_OPEN) {
            judgeProbes(now);
        }
    }

    CircuitBreakerStatus status(long now) {
        moveTo(now);
        double failureRate = percentage(failed(this.window), this.window.size());
        double slowCallRate = percentage(slow(this.window), this.window.size());
        return new CircuitBreakerStatus(
                "chat",
                this.state,
                failureRate,
                slowCallRate,
                this.window.size(),
                this.opened,
                this.notPermitted,
                this.spec.mode(),
                this.forced);
    }

    private void judgeWindow(long now) {
        int calls = this.window.size();
        if (this.forced == null
                && calls >= this.spec.minimumCalls()
                && isReached(failed(this.window), slow(this.window), calls)) {
            enter(CircuitState.OPEN, null, now);
        }
    }

    private void judgeProbes(long now) {
        int all = this.spec.halfOpenProbes();
        int missing = Math.max(0, all - this.probes.size());
        if (isReached(failed(this.probes), slow(this.probes), all)) {
            this.failedProbings++;
            enter(CircuitState.OPEN, null, now);
        } else if (!isReached(failed(this.probes) + missing, slow(this.probes) + missing, all)) {
            this.failedProbings = 0;
            enter(CircuitState.CLOSED, null, now);
        }
    }

    private boolean isReached(int failed, int slow, int calls) {
        return percentage(failed, calls) >= this.spec.failureRateThreshold()
                || this.spec.slowCallDuration() != null && percentage(slow, calls) >= this.spec.slowCallRateThreshold();
    }

    private void enter(CircuitState next, Forced forced, long now) {
        if (next == CircuitState.OPEN && this.state != CircuitState.OPEN) {
            this.opened++;
        }
        this.state = next;
        this.forced = forced;
        this.epoch++;
        this.since = now;
        this.tenth = 0;
        this.given = 0;
        this.allotments = 1;
        this.probes.clear();
        this.window.clear();
    }

    private void moveTo(long now) {
        if (this.spec.windowType() == WindowType.TIME) {
            long width = this.spec.windowDuration().toNanos() / 10;
            this.tenth = Math.max(this.tenth, (now - this.since) / width);
            forget();
        }
    }

    private void forget() {
        if (this.spec.windowType() == WindowType.TIME) {
            this.window.removeIf((result) -> result.tenth() <= this.tenth - 10);
        } else if (this.window.size() > this.spec.windowSize()) {
            this.window.removeFirst();
        }
    }

    private long openNanos() {
        double nanos = this.spec.openDuration().toNanos();
        for (int i = 0; i < this.failedProbings; i++) {
            nanos = nanos * this.spec.openDurationMultiplier();
        }
        boolean limited = this.spec.openDurationMultiplier() > 1;
        return (long) (limited ? Math.min(nanos, this.spec.maxOpenDuration().toNanos()) : nanos);
    }

    private static int failed(Deque<Result> results) {
        return (int) results.stream().filter(Result::failed).count();
    }

    private static int slow(Deque<Result> results) {
        return (int) results.stream().filter(Result::slow).count();
    }

    private static double percentage(int part, int whole) {
        return (whole == 0) ? 0 : part * 100.0 / whole;
    }
}
