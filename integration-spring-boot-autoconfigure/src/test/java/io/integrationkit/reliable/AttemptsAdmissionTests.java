package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttemptsAdmissionTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private final ManualTime time = new ManualTime();

    private final Policies policies = new Policies(this.time)
            .retry(new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null))
            .breaker(BreakerSpecs.of(10, 100, 2, OPEN, 1));

    private final CircuitBreakers breakers = this.policies.breakers();

    private final SettledPolicy settled = this.policies.settle();

    private final Operation operation = SimpleCalls.operation(this, "work");

    String work() {
        return "done";
    }

    @Test
    void refusesWithoutAskingTheCalleeOnceItIsKnownToBeDown() throws Throwable {
        attempt(new IOException());
        attempt(new IOException());
        this.time.advance(Duration.ofSeconds(3));
        Call call = SimpleCalls.call(this.time, this.operation);
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> stage(new AssertionError("called")).run(call))
                .satisfies((refusal) -> {
                    assertThat(refusal.code()).isEqualTo(ProblemCode.CIRCUIT_OPEN);
                    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofSeconds(7));
                    assertThat(refusal).hasMessageContainingAll("bean.work", "'chat'", "7000 ms");
                });
        assertThat(call.outcome()).isEqualTo(CallOutcome.REJECTED);
        assertThat(this.breakers.find("chat"))
                .extracting(
                        CircuitBreakerStatus::state, CircuitBreakerStatus::opened, CircuitBreakerStatus::notPermitted)
                .containsExactly(CircuitState.OPEN, 1L, 1L);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureCategory.class,
            names = {"PERMANENT", "VALIDATION"})
    void takesAJudgedCallForASignOfLife(FailureCategory category) {
        attempt(new IOException());
        attempt(new IntegrationException("x", category, false));
        assertThat(status().calls()).isEqualTo(2);
        assertThat(status().failureRate()).isEqualTo(50.0);
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureCategory.class,
            names = {"RATE_LIMIT", "REJECTED"})
    void learnsNothingFromARateLimitOrAnotherRefusal(FailureCategory category) {
        attempt(new IntegrationException("x", category, true));
        assertThat(status().calls()).isZero();
    }

    @Test
    void aProbeThatEndsInARateLimitOrAnErrorGivesItsPlaceBack() throws Throwable {
        attempt(new IOException());
        attempt(new IOException());
        this.time.advance(OPEN);
        attempt(new IntegrationException("x", FailureCategory.RATE_LIMIT, true));
        attempt(new AssertionError());
        assertThat(status().state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(stage(null).run(SimpleCalls.call(this.time, this.operation))).isEqualTo("done");
        assertThat(status().state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void policiesWithoutACircuitBreakerAreNotKnown() {
        assertThat(this.breakers.find("mail")).isNull();
        assertThat(this.breakers.all()).extracting(CircuitBreakerStatus::name).containsExactly("chat");
    }

    private CircuitBreakerStatus status() {
        return this.breakers.find("chat");
    }

    private void attempt(Throwable failure) {
        assertThat(catchThrowable(() -> stage(failure).run(SimpleCalls.call(this.time, this.operation))))
                .isSameAs(failure);
    }

    private Attempts stage(Throwable failure) {
        return new Attempts(
                (call) -> {
                    if (failure != null) {
                        throw failure;
                    }
                    return "done";
                },
                this.settled,
                this.policies.tools());
    }
}
