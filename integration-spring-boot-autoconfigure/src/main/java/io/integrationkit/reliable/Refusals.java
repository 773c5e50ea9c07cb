package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.BulkheadSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a caller is told whose attempt was refused before the callee was asked. */
final class Refusals {

    private Refusals() {}

    static RejectedException circuitOpen(Call call, String policy, Admission admission) {
        CircuitBreaker breaker = admission.breaker();
        Duration retryAfter = (breaker != null) ? breaker.retryAfter(call.nanoTime()) : Duration.ZERO;
        return refusal(
                call,
                ProblemCode.CIRCUIT_OPEN,
                "the circuit breaker of policy '%s' is open for another %d ms".formatted(policy, retryAfter.toMillis()),
                policy,
                "circuit-breaker",
                retryAfter);
    }

    static RejectedException rateLimited(Call call, String policy, Duration untilNext) {
        return refusal(
                call,
                ProblemCode.RATE_LIMITED,
                "the rate limit of policy '%s' has its next permit in %d ms, which is beyond max-wait or the deadline"
                        .formatted(policy, untilNext.toMillis()),
                policy,
                "rate-limit",
                untilNext);
    }

    static RejectedException bulkheadFull(Call call, String policy, BulkheadSpec spec, Duration waited) {
        return refusal(
                call,
                ProblemCode.BULKHEAD_FULL,
                "%d calls of policy '%s' were running, and none ended within %d ms"
                        .formatted(spec.maxConcurrent(), policy, waited.toMillis()),
                policy,
                "bulkhead",
                null);
    }

    static RejectedException interrupted(Call call, String policy, String limit) {
        return refusal(
                call,
                limit.equals("bulkhead") ? ProblemCode.BULKHEAD_FULL : ProblemCode.RATE_LIMITED,
                "its thread was asked to stop while it waited for policy '%s'".formatted(policy),
                policy,
                limit,
                null);
    }

    private static RejectedException refusal(
            Call call, ProblemCode code, String reason, String policy, String group, @Nullable Duration retryAfter) {
        call.refused(code);
        return new RejectedException(
                code,
                "%s was not called%s: %s; see %s.*"
                        .formatted(call.operation(), again(call.attempts()), reason, PolicyNames.key(policy, group)),
                retryAfter);
    }

    private static String again(int attempts) {
        return switch (attempts) {
            case 0 -> "";
            case 1 -> " again after 1 attempt";
            default -> " again after " + attempts + " attempts";
        };
    }
}
