package io.integrationkit.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.testsupport.BreakerSpecs;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CircuitBreakerControlTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private DrivenBreaker breaker = new DrivenBreaker(BreakerSpecs.of(4, 50, 4, OPEN, 2));

    @Test
    void metricsOnlyRefusesNothingAndTellsWhatItWouldHaveRefused() {
        this.breaker = new DrivenBreaker(metricsOnly());
        this.breaker.failTimes(4);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.acquire(3)).doesNotContain(CircuitBreaker.REFUSED);
        assertThat(this.breaker.status().notPermitted()).isEqualTo(3);
        assertThat(this.breaker.status().mode()).isEqualTo(Mode.METRICS_ONLY);
        assertThat(this.breaker.transitions).containsExactly("chat: CLOSED>OPEN");
    }

    @Test
    void metricsOnlyGoesThroughItsStatesAsIfItRefused() {
        this.breaker = new DrivenBreaker(metricsOnly());
        this.breaker.failTimes(4);
        long unheard = this.breaker.acquire();
        this.breaker.time.advance(OPEN);
        List<Long> probes = this.breaker.acquire(2);
        long beyond = this.breaker.acquire();
        this.breaker.fail(unheard);
        this.breaker.fail(beyond);
        this.breaker.breaker.released(beyond);
        assertThat(this.breaker.status().notPermitted()).isEqualTo(2);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        probes.forEach(this.breaker::succeed);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.transitions)
                .containsExactly("chat: CLOSED>OPEN", "chat: OPEN>HALF_OPEN", "chat: HALF_OPEN>CLOSED");
    }

    @Test
    void metricsOnlyIsNotWedgedByLostProbes() {
        this.breaker = new DrivenBreaker(metricsOnly());
        this.breaker.openAndWait();
        this.breaker.acquire(2);
        this.breaker.time.advance(OPEN);
        this.breaker.succeedTimes(2);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void heldOpenItRefusesForAsLongAsItIsHeld() {
        this.breaker.force(Forced.OPEN);
        this.breaker.time.advance(Duration.ofDays(1));
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.status().forced()).isEqualTo(Forced.OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(1);
        assertThat(this.breaker.retryAfter()).isEqualTo(OPEN);
        assertThat(this.breaker.transitions).containsExactly("chat: CLOSED>OPEN");
    }

    @Test
    void heldOpenItRefusesWithMetricsOnlyToo() {
        this.breaker = new DrivenBreaker(metricsOnly());
        this.breaker.force(Forced.OPEN);
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
    }

    @Test
    void heldClosedNothingOpensItAndTheRatesAreShown() {
        this.breaker.force(Forced.CLOSED);
        this.breaker.failTimes(100);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().failureRate()).isEqualTo(100);
        assertThat(this.breaker.status().forced()).isEqualTo(Forced.CLOSED);
    }

    @Test
    void heldClosedAnOpenBreakerLetsEverythingPass() {
        this.breaker.failTimes(4);
        this.breaker.force(Forced.CLOSED);
        assertThat(this.breaker.acquire(10)).doesNotContain(CircuitBreaker.REFUSED);
        assertThat(this.breaker.transitions).containsExactly("chat: CLOSED>OPEN", "chat: OPEN>CLOSED");
    }

    @Test
    void afterItWasHeldOpenTheCalleeIsProbedAtOnce() {
        this.breaker.force(Forced.OPEN);
        this.breaker.force(null);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        List<Long> permits = this.breaker.acquire(3);
        assertThat(permits.get(2)).isEqualTo(CircuitBreaker.REFUSED);
        this.breaker.fail(permits.get(0));
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.status().forced()).isNull();
    }

    @Test
    void afterItWasHeldClosedTheWindowIsEmpty() {
        this.breaker.force(Forced.CLOSED);
        this.breaker.failTimes(100);
        long stale = this.breaker.acquire();
        this.breaker.force(null);
        this.breaker.fail(stale);
        this.breaker.failTimes(3);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.failTimes(1);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void holdingWhatIsHeldChangesNothing() {
        this.breaker.failTimes(2);
        this.breaker.force(null);
        assertThat(this.breaker.status().calls()).isEqualTo(2);
        this.breaker.force(Forced.OPEN);
        this.breaker.force(Forced.OPEN);
        assertThat(this.breaker.status().opened()).isEqualTo(1);
    }

    @Test
    void changedThresholdsJudgeWhatIsInTheWindowAtOnce() {
        this.breaker.succeedTimes(3);
        this.breaker.failTimes(1);
        CircuitBreakerSpec stricter = BreakerSpecs.of(4, 25, 4, OPEN, 2);
        this.breaker.change(stricter);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
        assertThat(this.breaker.breaker.spec()).isEqualTo(stricter);
        assertThat(this.breaker.transitions).containsExactly("chat: CLOSED>OPEN");
    }

    @Test
    void aChangeThatKeepsTheWindowKeepsTheCallsUnderWay() {
        long underWay = this.breaker.acquire();
        this.breaker.change(BreakerSpecs.of(4, 30, 2, OPEN, 2));
        this.breaker.fail(underWay);
        assertThat(this.breaker.status().calls()).isEqualTo(1);
    }

    @Test
    void aWindowOfAnotherShapeBeginsEmptyAndWithoutTheCallsUnderWay() {
        this.breaker.failTimes(3);
        long underWay = this.breaker.acquire();
        this.breaker.change(BreakerSpecs.of(5, 50, 1, OPEN, 2));
        assertThat(this.breaker.status().calls()).isZero();
        this.breaker.fail(underWay);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.change(BreakerSpecs.with(5, 50, 2, OPEN, 2)
                .latest(Duration.ofSeconds(10))
                .build());
        this.breaker.failTimes(1);
        this.breaker.time.advance(Duration.ofSeconds(10));
        assertThat(this.breaker.status().calls()).isZero();
    }

    @Test
    void anOpenBreakerStaysOpenForTheNewOpenDurationSinceItOpened() {
        this.breaker.failTimes(4);
        this.breaker.time.advance(Duration.ofSeconds(4));
        this.breaker.change(BreakerSpecs.of(8, 50, 4, Duration.ofSeconds(5), 2));
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.retryAfter()).isEqualTo(Duration.ofSeconds(1));
        this.breaker.time.advance(Duration.ofSeconds(1));
        this.breaker.succeedTimes(2);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        this.breaker.succeedTimes(20);
        assertThat(this.breaker.status().calls()).isEqualTo(8);
    }

    @Test
    void changedProbesCountThoseUnderWay() {
        this.breaker.openAndWait();
        List<Long> probes = this.breaker.acquire(2);
        this.breaker.change(BreakerSpecs.of(4, 50, 4, OPEN, 3));
        assertThat(this.breaker.acquire(3))
                .filteredOn((permit) -> permit != CircuitBreaker.REFUSED)
                .hasSize(1);
        probes.forEach(this.breaker::succeed);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void fewerProbesMayBeDecidedAtOnce() {
        this.breaker.openAndWait();
        List<Long> probes = this.breaker.acquire(2);
        this.breaker.succeed(probes.get(0));
        assertThat(this.breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
        this.breaker.change(BreakerSpecs.of(4, 50, 4, OPEN, 1));
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void anOpenBreakerThatIsSetToMetricsOnlyLetsCallsPassAtOnce() {
        this.breaker.failTimes(4);
        assertThat(this.breaker.acquire()).isEqualTo(CircuitBreaker.REFUSED);
        this.breaker.change(metricsOnly());
        assertThat(this.breaker.acquire()).isNotEqualTo(CircuitBreaker.REFUSED);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.OPEN);
    }

    @Test
    void aForcedStateStaysThroughAChange() {
        this.breaker.force(Forced.CLOSED);
        this.breaker.change(BreakerSpecs.of(1, 1, 1, OPEN, 1));
        this.breaker.failTimes(5);
        assertThat(this.breaker.state()).isEqualTo(CircuitState.CLOSED);
        assertThat(this.breaker.status().forced()).isEqualTo(Forced.CLOSED);
    }

    private static CircuitBreakerSpec metricsOnly() {
        return BreakerSpecs.with(4, 50, 4, OPEN, 2).metricsOnly().build();
    }
}
