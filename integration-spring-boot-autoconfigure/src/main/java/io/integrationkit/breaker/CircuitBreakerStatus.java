package io.integrationkit.breaker;

/**
 * A circuit breaker at one moment.
 *
 * @param name name of the policy whose operations share it
 * @param state what it does with calls
 * @param failureRate percentage of failures in the window, from 0 to 100; 0 for an empty window. The window is empty
 *     while the breaker is not closed
 * @param calls number of calls in the window
 * @param opened how often it has opened since the application started
 */
public record CircuitBreakerStatus(String name, CircuitState state, double failureRate, int calls, long opened) {}
