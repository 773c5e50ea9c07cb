package io.integrationkit.reliable;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Stage;
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

    CircuitBreakerStage(Stage next, CircuitBreaker breaker, String policy, FailureClassification classification) {
        this.next = next;
        this.breaker = breaker;
        this.policy = policy;
        this.classification = classification;
    }

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        long permit = this.breaker.tryAcquire();
        if (permit == CircuitBreaker.REFUSED) {
            throw refusal(call);
        }
        Object result;
        try {
            result = this.next.run(call);
        } catch (Throwable failure) {
            record(permit, failure);
            throw failure;
        }
        this.breaker.succeeded(permit);
        return result;
    }

    private void record(long permit, Throwable failure) {
        if (failure instanceof Error) {
            this.breaker.released(permit);
            return;
        }
        FailureCategory category = this.classification.classify(failure).category();
        switch (category) {
            case TEMPORARY -> this.breaker.failed(permit);
            // The callee is there and has judged the call.
            case PERMANENT, VALIDATION -> this.breaker.succeeded(permit);
            case RATE_LIMIT, REJECTED -> this.breaker.released(permit);
        }
    }

    private RejectedException refusal(Call call) {
        call.ended(CallOutcome.REJECTED);
        Duration retryAfter = this.breaker.retryAfter();
        return new RejectedException(
                ProblemCode.CIRCUIT_OPEN,
                "%s was not called: the circuit breaker of policy '%s' is open for another %d ms; see"
                                .formatted(call.operation(), this.policy, retryAfter.toMillis())
                        + " integration.reliable.policies.<name>.circuit-breaker",
                retryAfter);
    }
}
