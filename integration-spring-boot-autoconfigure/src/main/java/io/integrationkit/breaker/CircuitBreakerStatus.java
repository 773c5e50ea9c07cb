package io.integrationkit.breaker;

import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker at one moment.
 *
 * @param name name of the policy whose operations share it
 * @param state what it does with calls; with {@link CircuitBreakerSpec.Mode#METRICS_ONLY}, what it would do
 * @param failureRate percentage of failures in the window, from 0 to 100; 0 for an empty window. The window is empty
 *     while the breaker is not closed
 * @param slowCallRate percentage of slow calls in the window, likewise
 * @param calls number of calls in the window
 * @param opened how often it has opened since the application started
 * @param notPermitted number of calls it refused since the application started, those included that passed only because
 *     of {@link CircuitBreakerSpec.Mode#METRICS_ONLY}
 * @param mode whether it refuses calls or only tells that it would
 * @param forced the state somebody holds it in, or {@code null} if the results decide
 */
public record CircuitBreakerStatus(
        String name,
        CircuitState state,
        double failureRate,
        double slowCallRate,
        long calls,
        long opened,
        long notPermitted,
        CircuitBreakerSpec.Mode mode,
        @Nullable Forced forced) {}
