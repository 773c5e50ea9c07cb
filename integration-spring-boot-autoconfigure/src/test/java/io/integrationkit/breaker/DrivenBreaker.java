package io.integrationkit.breaker;

import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A circuit breaker with a clock of its own that a test drives call by call. */
final class DrivenBreaker {

    private static final long QUICK = 0;

    final ManualTime time = new ManualTime();

    final List<String> transitions = new ArrayList<>();

    final CircuitBreaker breaker;

    DrivenBreaker(CircuitBreakerSpec spec) {
        this.breaker = new CircuitBreaker(
                "chat", spec, now(), (name, from, to) -> this.transitions.add(name + ": " + from + ">" + to));
    }

    long acquire() {
        return this.breaker.tryAcquire(now());
    }

    List<Long> acquire(int calls) {
        List<Long> permits = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            permits.add(acquire());
        }
        return permits;
    }

    void succeed(long permit) {
        this.breaker.succeeded(permit, QUICK, now());
    }

    void fail(long permit) {
        this.breaker.failed(permit, QUICK, now());
    }

    void succeedTimes(int calls) {
        acquire(calls).forEach(this::succeed);
    }

    void failTimes(int calls) {
        acquire(calls).forEach(this::fail);
    }

    void succeedIn(Duration duration, int calls) {
        acquire(calls).forEach((permit) -> this.breaker.succeeded(permit, duration.toNanos(), now()));
    }

    void failIn(Duration duration, int calls) {
        acquire(calls).forEach((permit) -> this.breaker.failed(permit, duration.toNanos(), now()));
    }

    /** Opens the breaker with a failure and waits for the probes. */
    void openAndWait() {
        while (state() == CircuitState.CLOSED) {
            failTimes(1);
        }
        this.time.advance(this.breaker.retryAfter(now()));
    }

    void force(Forced forced) {
        this.breaker.force(forced, now());
    }

    void change(CircuitBreakerSpec spec) {
        this.breaker.change(spec, now());
    }

    Duration retryAfter() {
        return this.breaker.retryAfter(now());
    }

    CircuitBreakerStatus status() {
        return this.breaker.status(now());
    }

    CircuitState state() {
        return status().state();
    }

    private long now() {
        return this.time.nanoTime();
    }
}
