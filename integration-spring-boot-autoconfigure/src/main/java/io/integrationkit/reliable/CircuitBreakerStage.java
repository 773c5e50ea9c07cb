package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Stage;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Lets an attempt pass or refuses it, and tells the circuit breaker how the attempt ended. */
final class CircuitBreakerStage implements Stage {

    private final Stage next;

    private final CircuitBreaker breaker;

    private final String policy;

    private final FailureClassification classification;

    private final TimeSource time;

    CircuitBreakerStage(
            Stage next, CircuitBreaker breaker, String policy, FailureClassification classification, TimeSource time) {
        this.next = next;
        this.breaker = breaker;
        this.policy = policy;
        this.classification = classification;
        this.time = time;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        long start = this.time.nanoTime();
        long permit = this.breaker.tryAcquire(start);
        if (permit == CircuitBreaker.REFUSED) {
            throw refusal(call, start);
        }
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            record(permit, start, failure);
            throw failure;
        }
        long end = this.time.nanoTime();
        this.breaker.succeeded(permit, end - start, end);
        return result;
    }

    private void record(long permit, long start, Throwable failure) {
        if (failure instanceof Error) {
            this.breaker.released(permit);
            return;
        }
        long end = this.time.nanoTime();
        FailureCategory category = this.classification.classify(failure).category();
        switch (category) {
            case TEMPORARY -> this.breaker.failed(permit, end - start, end);
            // The callee is there and has judged the call.
            case PERMANENT, VALIDATION -> this.breaker.succeeded(permit, end - start, end);
            case RATE_LIMIT, REJECTED -> this.breaker.released(permit);
        }
    }

    private RejectedException refusal(Call call, long now) {
        call.ended(CallOutcome.REJECTED);
        Duration retryAfter = this.breaker.retryAfter(now);
        return new RejectedException(
                ProblemCode.CIRCUIT_OPEN,
                "%s was not called: the circuit breaker of policy '%s' is open for another %d ms; see"
                                .formatted(call.operation(), this.policy, retryAfter.toMillis())
                        + " integration.reliable.policies.<name>.circuit-breaker",
                retryAfter);
    }
}
