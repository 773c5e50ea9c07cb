package io.integrationkit.testsupport;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.breaker.CircuitBreakerSpec.Mode;
import io.integrationkit.breaker.CircuitBreakerSpec.WindowType;
import java.time.Duration;

/** Settings of circuit breakers, as far as tests care. */
public final class BreakerSpecs {

    private BreakerSpecs() {}

    /** A breaker that looks at the latest calls and knows no slow ones. */
    public static CircuitBreakerSpec of(
            int windowSize, int failureRateThreshold, int minimumCalls, Duration openDuration, int halfOpenProbes) {
        return new CircuitBreakerSpec(
                Mode.ENFORCE,
                WindowType.COUNT,
                windowSize,
                Duration.ofMinutes(1),
                failureRateThreshold,
                null,
                100,
                minimumCalls,
                openDuration,
                1,
                openDuration,
                halfOpenProbes);
    }
}
