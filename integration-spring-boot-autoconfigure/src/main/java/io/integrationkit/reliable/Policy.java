package io.integrationkit.reliable;

import static io.integrationkit.failure.InvalidSettingException.checkDuration;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.call.Setting;
import io.integrationkit.failure.InvalidSettingException;
import io.integrationkit.limit.BulkheadSpec;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RetryBudgetSpec;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in force for one operation, or for a policy on its own.
 *
 * @param name name of the policy
 * @param retry attempts and waits
 * @param attemptTimeout time after which one attempt is asked to stop, or {@code null} for never
 * @param deadline time that a whole call may take, attempts and waits included, or {@code null} for any
 * @param onExhausted what happens to a call that is given up; never {@link OnExhausted#POLICY}
 * @param retryBudget bound of the retries of the policy, or {@code null} if there is none
 * @param circuitBreaker the circuit breaker, or {@code null} if it is switched off
 * @param rateLimit the rate limit, or {@code null} if there is none
 * @param bulkhead the bulkhead, or {@code null} if there is none
 * @param settings each value with its source
 */
record Policy(
        String name,
        RetrySpec retry,
        @Nullable Duration attemptTimeout,
        @Nullable Duration deadline,
        OnExhausted onExhausted,
        @Nullable RetryBudgetSpec retryBudget,
        @Nullable CircuitBreakerSpec circuitBreaker,
        @Nullable RateLimitSpec rateLimit,
        @Nullable BulkheadSpec bulkhead,
        List<Setting> settings) {

    Policy {
        if (attemptTimeout != null) {
            checkDuration(attemptTimeout, "attempt-timeout");
        }
        if (deadline != null) {
            checkDuration(deadline, "deadline");
        }
        InvalidSettingException.check(onExhausted != OnExhausted.POLICY, "on-exhausted", "'rethrow' or 'dead-letter'");
        settings = List.copyOf(settings);
    }
}
