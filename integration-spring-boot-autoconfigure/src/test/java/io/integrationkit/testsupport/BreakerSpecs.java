package io.integrationkit.testsupport;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.breaker.CircuitBreakerSpec.WindowType;
import java.time.Duration;

/** Settings of circuit breakers, as far as tests care. Without more, one that looks at calls and knows no slow ones. */
public final class BreakerSpecs {

    private final int windowSize;

    private final int failureRateThreshold;

    private final int minimumCalls;

    private final Duration openDuration;

    private final int halfOpenProbes;

    private Mode mode = Mode.ENFORCE;

    private Duration windowDuration;

    private Duration slowCallDuration;

    private int slowCallRateThreshold = 100;

    private double openDurationMultiplier = 1;

    private Duration maxOpenDuration = Duration.ofHours(1);

    private BreakerSpecs(
            int windowSize, int failureRateThreshold, int minimumCalls, Duration openDuration, int halfOpenProbes) {
        this.windowSize = windowSize;
        this.failureRateThreshold = failureRateThreshold;
        this.minimumCalls = minimumCalls;
        this.openDuration = openDuration;
        this.halfOpenProbes = halfOpenProbes;
    }

    /** A breaker that looks at the latest calls and knows no slow ones. */
    public static CircuitBreakerSpec of(
            int windowSize, int failureRateThreshold, int minimumCalls, Duration openDuration, int halfOpenProbes) {
        return with(windowSize, failureRateThreshold, minimumCalls, openDuration, halfOpenProbes)
                .build();
    }

    /** The same, with more to follow. */
    public static BreakerSpecs with(
            int windowSize, int failureRateThreshold, int minimumCalls, Duration openDuration, int halfOpenProbes) {
        return new BreakerSpecs(windowSize, failureRateThreshold, minimumCalls, openDuration, halfOpenProbes);
    }

    /** Refuses nothing. */
    public BreakerSpecs metricsOnly() {
        this.mode = Mode.METRICS_ONLY;
        return this;
    }

    /** Looks at the calls of the latest time. */
    public BreakerSpecs latest(Duration windowDuration) {
        this.windowDuration = windowDuration;
        return this;
    }

    /** Opens for slow calls too. */
    public BreakerSpecs slow(Duration slowCallDuration, int slowCallRateThreshold) {
        this.slowCallDuration = slowCallDuration;
        this.slowCallRateThreshold = slowCallRateThreshold;
        return this;
    }

    /** Opens for longer with each probing that failed. */
    public BreakerSpecs backOff(double openDurationMultiplier, Duration maxOpenDuration) {
        this.openDurationMultiplier = openDurationMultiplier;
        this.maxOpenDuration = maxOpenDuration;
        return this;
    }

    public CircuitBreakerSpec build() {
        return new CircuitBreakerSpec(
                this.mode,
                (this.windowDuration != null) ? WindowType.TIME : WindowType.COUNT,
                this.windowSize,
                (this.windowDuration != null) ? this.windowDuration : Duration.ofMinutes(1),
                this.failureRateThreshold,
                this.slowCallDuration,
                this.slowCallRateThreshold,
                this.minimumCalls,
                this.openDuration,
                this.openDurationMultiplier,
                this.maxOpenDuration,
                this.halfOpenProbes);
    }
}
