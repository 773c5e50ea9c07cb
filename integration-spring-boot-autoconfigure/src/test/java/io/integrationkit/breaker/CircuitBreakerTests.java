package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitBreakerTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();

    private final List<String> transitions = new ArrayList<>();

    private CircuitBreaker breaker = breaker(BreakerSpecs.of(4, 50, 4, OPEN, 2));

    @Test
    void staysClosedBelowTheMinimumOfCalls() {
        fail(3);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
        fail(1);
        assertThat(state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void opensWhenTheFailureRateReachesTheThreshold() {
        succeed(3);
        fail(1);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
        fail(1);
        assertThat(state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.transitions).containsExactly("CLOSED>OPEN");
    }

    @Test
    void forgetsWhatFellOutOfTheWindow() {
        succeed(3);
        fail(1);
        succeed(4);
        assertThat(this.breaker.status().failureRate()).isZero();
        fail(1);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void aWindowFullOfSuccessesStaysExactThoughFurtherOnesAreNotWritten() {
        succeed(1000);
        fail(1);
        succeed(3);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        succeed(1);
        assertThat(this.breaker.status().failureRate()).isZero();
    }

    @Test
    void refusesWhileOpenAndTellsHowLong() {
        open();
        this.time.advance(Duration.ofSeconds(4));
        assertThat(this.breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void letsExactlyTheProbesPassAfterTheOpenDuration() {
        halfOpen();
        assertThat(state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(this.breaker.tryAcquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void closesWithAnEmptyWindowWhenTheProbesSucceed() {
        long first = halfOpen();
        long second = this.breaker.tryAcquire();
        this.breaker.succeeded(first);
        assertThat(state()).isEqualTo(CircuitState.HALF_OPEN);
        this.breaker.succeeded(second);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().calls()).isZero();
        fail(3);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.transitions).containsExactly("CLOSED>OPEN", "OPEN>HALF_OPEN", "HALF_OPEN>CLOSED");
    }

    @Test
    void opensAgainAsSoonAsAProbeDecidesTheRate() {
        long first = halfOpen();
        long second = this.breaker.tryAcquire();
        this.breaker.failed(first);
        assertThat(state()).isEqualTo(CircuitState.OPEN);
        this.breaker.succeeded(second);
        assertThat(state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(2);
    }

    @Test
    void closesAsSoonAsTheMissingProbesCannotChangeTheRate() {
        this.breaker = breaker(BreakerSpecs.of(4, 50, 4, OPEN, 3));
        long first = halfOpen();
        long second = this.breaker.tryAcquire();
        this.breaker.tryAcquire();
        this.breaker.succeeded(first);
        this.breaker.succeeded(second);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void staleSuccessesDoNotCloseAHalfOpenBreaker() {
        List<Long> stale = permits(18);
        halfOpen();
        stale.forEach(this.breaker::succeeded);
        assertThat(state()).isEqualTo(CircuitState.HALF_OPEN);
    }

    @Test
    void staleFailuresDoNotOpenAHalfOpenBreaker() {
        List<Long> stale = permits(18);
        halfOpen();
        stale.forEach(this.breaker::failed);
        assertThat(state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(1);
    }

    @Test
    void staleReleasesDoNotAddProbes() {
        List<Long> stale = permits(18);
        halfOpen();
        stale.forEach(this.breaker::released);
        assertThat(permits(20))
                .filteredOn((permit) -> permit != CircuitBreaker.REFUSED)
                .hasSize(1);
    }

    @Test
    void staleResultsDoNotEnterTheWindowOfALaterEpoch() {
        List<Long> stale = permits(4);
        long first = halfOpen();
        long second = this.breaker.tryAcquire();
        this.breaker.succeeded(first);
        this.breaker.succeeded(second);
        stale.forEach(this.breaker::failed);
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().calls()).isZero();
    }

    @Test
    void aReleasedProbeGivesItsPlaceToAnother() {
        long first = halfOpen();
        this.breaker.tryAcquire();
        this.breaker.released(first);
        assertThat(this.breaker.tryAcquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
    }

    @Test
    void lostProbesDoNotWedgeTheBreaker() {
        long lost = halfOpen();
        this.breaker.tryAcquire();
        this.time.advance(OPEN.minusNanos(1));
        assertThat(this.breaker.tryAcquire()).isEqualTo(CircuitBreaker.REFUSED);
        this.time.advance(Duration.ofNanos(1));
        long fresh = this.breaker.tryAcquire();
        assertThat(fresh).isNotEqualTo(CircuitBreaker.REFUSED);
        this.breaker.failed(lost);
        assertThat(state()).isEqualTo(CircuitState.HALF_OPEN);
        this.breaker.succeeded(fresh);
        this.breaker.succeeded(this.breaker.tryAcquire());
        assertThat(state()).isEqualTo(CircuitState.CLOSED);
    }

    private void open() {
        fail(4);
        assertThat(state()).isEqualTo(CircuitState.OPEN);
    }

    private long halfOpen() {
        open();
        this.time.advance(OPEN);
        return this.breaker.tryAcquire();
    }

    private void fail(int calls) {
        permits(calls).forEach(this.breaker::failed);
    }

    private void succeed(int calls) {
        permits(calls).forEach(this.breaker::succeeded);
    }

    private List<Long> permits(int calls) {
        List<Long> permits = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            permits.add(this.breaker.tryAcquire());
        }
        return permits;
    }

    private CircuitState state() {
        return this.breaker.status().state();
    }

    private CircuitBreaker breaker(CircuitBreakerSpec spec) {
        return new CircuitBreaker("chat", spec, this.time, (name, from, to) -> this.transitions.add(from + ">" + to));
    }
}
