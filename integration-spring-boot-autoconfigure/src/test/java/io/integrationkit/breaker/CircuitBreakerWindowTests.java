package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerWindowTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private static final Duration SLOW = Duration.ofMillis(200);

    private static final Duration STEP = Duration.ofSeconds(1);

    private DrivenBreaker breaker = new DrivenBreaker(BreakerSpecs.of(4, 50, 4, OPEN, 2));

    @Test
    void forgetsWhatFellOutOfTheWindow() {
        this.breaker.succeedTimes(3);
        this.breaker.failTimes(1);
        this.breaker.succeedTimes(4);
        assertThat(this.breaker.status().failureRate()).isZero();
        this.breaker.failTimes(1);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void isExactHoweverManyCallsWereFine() {
        this.breaker.succeedTimes(1000);
        this.breaker.failTimes(1);
        this.breaker.succeedTimes(3);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        this.breaker.succeedTimes(1);
        assertThat(this.breaker.status().failureRate()).isZero();
    }

    @Test
    void keepsAllFailuresOfALargeWindow() {
        this.breaker = new DrivenBreaker(BreakerSpecs.of(1000, 100, 1000, OPEN, 2));
        for (int i = 0; i < 1000; i++) {
            this.breaker.failTimes(2);
            this.breaker.succeedTimes(1);
        }
        assertThat(this.breaker.status().calls()).isEqualTo(1000);
        assertThat(this.breaker.status().failureRate()).isEqualTo(66.6);
    }

    @Test
    void opensWhenTheRateOfSlowCallsReachesItsThreshold() {
        this.breaker = new DrivenBreaker(
                BreakerSpecs.with(4, 100, 4, OPEN, 2).slow(SLOW, 50).build());
        this.breaker.succeedIn(SLOW.minusNanos(1), 3);
        this.breaker.succeedIn(SLOW, 1);
        assertThat(this.breaker.status().slowCallRate()).isEqualTo(25.0);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.succeedIn(SLOW, 1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void aCallMayBeSlowAndFail() {
        this.breaker = new DrivenBreaker(
                BreakerSpecs.with(4, 100, 4, OPEN, 2).slow(SLOW, 100).build());
        this.breaker.succeedTimes(1);
        this.breaker.failIn(SLOW, 2);
        this.breaker.succeedIn(SLOW, 1);
        assertThat(this.breaker.status().calls()).isEqualTo(4);
        assertThat(this.breaker.status().failureRate()).isEqualTo(50.0);
        assertThat(this.breaker.status().slowCallRate()).isEqualTo(75.0);
    }

    @Test
    void withoutASlowCallDurationNoCallIsSlow() {
        this.breaker.succeedIn(Duration.ofDays(1), 10);
        assertThat(this.breaker.status().slowCallRate()).isZero();
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void aTimeWindowForgetsByTime() {
        this.breaker = new DrivenBreaker(timeWindow(3));
        this.breaker.failTimes(2);
        this.breaker.time.advance(STEP.multipliedBy(9));
        assertThat(this.breaker.status().calls()).isEqualTo(2);
        this.breaker.time.advance(STEP);
        assertThat(this.breaker.status().calls()).isZero();
        this.breaker.failTimes(2);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void aTimeWindowForgetsCallsThatWereFineToo() {
        this.breaker = new DrivenBreaker(timeWindow(3));
        this.breaker.succeedTimes(100);
        this.breaker.time.advance(STEP.multipliedBy(5));
        this.breaker.succeedTimes(3);
        assertThat(this.breaker.status().calls()).isEqualTo(103);
        this.breaker.time.advance(STEP.multipliedBy(5));
        assertThat(this.breaker.status().calls()).isEqualTo(3);
        this.breaker.failTimes(2);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void aCallRecordedAgainIsTheLatestOne() {
        CountWindow window = new CountWindow(3);
        window.record(true, false, 0);
        for (int i = 0; i < 7; i++) {
            window.tryCount(0);
        }
        assertThat(window.recordAgain(true, false, 0)).isEqualTo(new Tally(3, 1, 0));
        window.tryCount(0);
        window.tryCount(0);
        assertThat(window.tally(0)).isEqualTo(new Tally(3, 1, 0));
        window.tryCount(0);
        assertThat(window.tally(0)).isEqualTo(new Tally(3, 0, 0));
    }

    @Test
    void aTimeWindowIsEmptyAfterALongPause() {
        this.breaker = new DrivenBreaker(timeWindow(10));
        this.breaker.failTimes(3);
        this.breaker.succeedTimes(3);
        this.breaker.time.advance(Duration.ofDays(1));
        assertThat(this.breaker.status().calls()).isZero();
        this.breaker.succeedTimes(1);
        assertThat(this.breaker.status().calls()).isEqualTo(1);
    }

    @Test
    void aCallThatComesWithAnOlderTimeCountsWithTheLatest() {
        this.breaker = new DrivenBreaker(timeWindow(10));
        long before = this.breaker.time.nanoTime();
        this.breaker.time.advance(STEP.multipliedBy(20));
        this.breaker.succeedTimes(1);
        this.breaker.breaker.succeeded(this.breaker.acquire(), 0, before);
        this.breaker.breaker.failed(this.breaker.acquire(), 0, before);
        this.breaker.time.advance(STEP.multipliedBy(9));
        assertThat(this.breaker.status().calls()).isEqualTo(3);
    }

    private static CircuitBreakerSpec timeWindow(int minimumCalls) {
        return BreakerSpecs.with(100, 50, minimumCalls, OPEN, 2)
                .latest(STEP.multipliedBy(10))
                .build();
    }
}
