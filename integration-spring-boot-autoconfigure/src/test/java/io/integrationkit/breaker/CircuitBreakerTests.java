package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.BreakerSpecs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitBreakerTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private DrivenBreaker breaker = new DrivenBreaker(BreakerSpecs.of(4, 50, 4, OPEN, 2));

    @Test
    void staysClosedBelowTheMinimumOfCalls() {
        this.breaker.failTimes(3);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void opensWhenTheFailureRateReachesTheThreshold() {
        this.breaker.succeedTimes(3);
        this.breaker.failTimes(1);
        assertThat(this.breaker.status().failureRate()).isEqualTo(25.0);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.transitions).containsExactly("chat: CLOSED>OPEN");
    }

    @Test
    void aCallThatIsFineNeverOpensIt() {
        this.breaker.failTimes(3);
        this.breaker.succeedTimes(1);
        assertThat(this.breaker.status().failureRate()).isEqualTo(75.0);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void refusesWhileOpenAndTellsHowLong() {
        open();
        this.breaker.time.advance(Duration.ofSeconds(4));
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(6));
        assertThat(this.breaker.status().notPermitted()).isEqualTo(1);
    }

    @Test
    void aClosedBreakerIsNotWorthWaitingFor() {
        assertThat(this.breaker.retryAfter()).isZero();
    }

    @Test
    void letsExactlyTheProbesPassAfterTheOpenDuration() {
        halfOpen();
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(this.breaker.acquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void closesWithAnEmptyWindowWhenTheProbesSucceed() {
        long first = halfOpen();
        long second = this.breaker.acquire();
        this.breaker.succeed(first);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        this.breaker.succeed(second);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().calls()).isZero();
        this.breaker.failTimes(3);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.transitions)
                .containsExactly("chat: CLOSED>OPEN", "chat: OPEN>HALF_OPEN", "chat: HALF_OPEN>CLOSED");
    }

    @Test
    void opensAgainAsSoonAsAProbeDecidesTheRate() {
        long first = halfOpen();
        long second = this.breaker.acquire();
        this.breaker.fail(first);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        this.breaker.succeed(second);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(2);
    }

    @Test
    void closesAsSoonAsTheMissingProbesCannotChangeTheRate() {
        this.breaker = new DrivenBreaker(BreakerSpecs.of(4, 50, 4, OPEN, 3));
        long first = halfOpen();
        long second = this.breaker.acquire();
        this.breaker.acquire();
        this.breaker.succeed(first);
        this.breaker.succeed(second);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void slowProbesOpenItAgain() {
        Duration slow = Duration.ofSeconds(1);
        this.breaker = new DrivenBreaker(
                BreakerSpecs.with(4, 100, 4, OPEN, 2).slow(slow, 50).build());
        long first = halfOpen();
        this.breaker.breaker.succeeded(first, slow.toNanos(), this.breaker.time.nanoTime());
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void staleSuccessesDoNotCloseAHalfOpenBreaker() {
        List<Long> stale = this.breaker.acquire(18);
        halfOpen();
        stale.forEach(this.breaker::succeed);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
    }

    @Test
    void staleFailuresDoNotOpenAHalfOpenBreaker() {
        List<Long> stale = this.breaker.acquire(18);
        halfOpen();
        stale.forEach(this.breaker::fail);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(1);
    }

    @Test
    void staleReleasesDoNotAddProbes() {
        List<Long> stale = this.breaker.acquire(18);
        halfOpen();
        stale.forEach(this.breaker.breaker::released);
        assertThat(this.breaker.acquire(20))
                .filteredOn((permit) -> permit != CircuitBreaker.REFUSED)
                .hasSize(1);
    }

    @Test
    void staleResultsDoNotEnterTheWindowOfALaterEpoch() {
        List<Long> stale = this.breaker.acquire(8);
        long first = halfOpen();
        long second = this.breaker.acquire();
        this.breaker.succeed(first);
        this.breaker.succeed(second);
        stale.subList(0, 4).forEach(this.breaker::fail);
        stale.subList(4, 8).forEach(this.breaker::succeed);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().calls()).isZero();
    }

    @Test
    void aReleasedProbeGivesItsPlaceToAnother() {
        long first = halfOpen();
        this.breaker.acquire();
        this.breaker.breaker.released(first);
        assertThat(this.breaker.acquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
    }

    @Test
    void aPermitThatIsReleasedTwiceAddsNoPlaceBeyondTheProbes() {
        long first = halfOpen();
        this.breaker.breaker.released(first);
        this.breaker.breaker.released(first);
        assertThat(this.breaker.acquire(5))
                .filteredOn((permit) -> permit != CircuitBreaker.REFUSED)
                .hasSize(2);
    }

    @Test
    void aRefusalGivenBackByMistakeChangesNothing() {
        open();
        this.breaker.fail(CircuitBreaker.REFUSED);
        this.breaker.succeed(CircuitBreaker.REFUSED);
        this.breaker.breaker.released(CircuitBreaker.REFUSED);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void lostProbesDoNotWedgeTheBreaker() {
        long lost = halfOpen();
        this.breaker.acquire();
        this.breaker.time.advance(OPEN.minusNanos(1));
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        this.breaker.time.advance(Duration.ofNanos(1));
        long fresh = this.breaker.acquire();
        assertThat(fresh).isNotEqualTo(CircuitBreaker.REFUSED);
        this.breaker.succeed(fresh);
        this.breaker.succeed(this.breaker.acquire());
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.fail(lost);
        assertThat(this.breaker.status().calls()).isZero();
    }

    @Test
    void probesThatTakeLongerThanTheOpenDurationDecideAllTheSame() {
        long first = halfOpen();
        long second = this.breaker.acquire();
        this.breaker.time.advance(OPEN);
        assertThat(this.breaker.acquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.acquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        this.breaker.time.advance(OPEN.minusNanos(1));
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        this.breaker.succeed(first);
        this.breaker.succeed(second);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void theOpenDurationGrowsWithEachProbingThatFailsUpToItsLimit() {
        this.breaker = new DrivenBreaker(BreakerSpecs.with(1, 100, 1, OPEN, 1)
                .backOff(2, Duration.ofSeconds(35))
                .build());
        this.breaker.failTimes(1);
        assertThat(this.breaker.retryAfter()).isEqualTo(OPEN);
        for (int seconds : new int[] {20, 35, 35}) {
            this.breaker.openAndWait();
            this.breaker.failTimes(1);
            assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void theOpenDurationIsShortAgainOnceTheBreakerHasClosed() {
        this.breaker = new DrivenBreaker(BreakerSpecs.with(1, 100, 1, OPEN, 1)
                .backOff(3, Duration.ofMinutes(10))
                .build());
        this.breaker.openAndWait();
        this.breaker.failTimes(1);
        assertThat(this.breaker.retryAfter()).isEqualTo(OPEN.multipliedBy(3));
        this.breaker.openAndWait();
        this.breaker.succeedTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.retryAfter()).isEqualTo(OPEN);
    }

    @Test
    void lostProbesAreNoFailedProbing() {
        this.breaker = new DrivenBreaker(BreakerSpecs.with(1, 100, 1, OPEN, 1)
                .backOff(2, Duration.ofMinutes(10))
                .build());
        this.breaker.openAndWait();
        this.breaker.acquire();
        this.breaker.time.advance(OPEN);
        this.breaker.failTimes(1);
        assertThat(this.breaker.retryAfter()).isEqualTo(OPEN.multipliedBy(2));
    }

    private void open() {
        this.breaker.failTimes(4);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    private long halfOpen() {
        open();
        this.breaker.time.advance(OPEN);
        return this.breaker.acquire();
    }
}
