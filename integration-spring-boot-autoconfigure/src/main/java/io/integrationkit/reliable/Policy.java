package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.call.Setting;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for one operation, or for a policy on its own.
 *
 * @param name name of the policy
 * @param retry attempts and waits
 * @param onExhausted what happens to a call that is given up; never {@link OnExhausted#POLICY}
 * @param circuitBreaker the circuit breaker, or {@code null} if it is switched off
 * @param settings each value with its source
 */
record Policy(
        String name,
        RetrySpec retry,
        OnExhausted onExhausted,
        @Nullable CircuitBreakerSpec circuitBreaker,
        List<Setting> settings) {}
