package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.call.Call;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.RetryStopped.Rule;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

class AttemptsTests {

    private static final Duration MS_100 = Duration.ofMillis(100);

    private final ManualTime time = new ManualTime();

    private final Call call = SimpleCalls.call(this.time, SimpleCalls.operation(new Target(), "work"));

    private final Deque<Throwable> failures = new ArrayDeque<>();

    private RetrySpec spec = new RetrySpec(3, MS_100, Duration.ofSeconds(1), 2, Jitter.NONE, null);

    private boolean unsafe;

    private boolean joins = true;

    @AfterEach
    void leaveTheThreadAsItWas() {
        Thread.interrupted();
        TransactionSynchronizationManager.setActualTransactionActive(false);
    }

    @Test
    void returnsWhatTheFirstAttemptReturns() throws Throwable {
        assertThat(run()).isEqualTo("done");
        assertThat(this.call.attempts()).isEqualTo(1);
        assertThat(this.time.sleeps()).isEmpty();
    }

    @Test
    void triesAgainAfterExponentialWaits() throws Throwable {
        fail(new IOException(), new ConnectException());
        assertThat(run()).isEqualTo("done");
        assertThat(this.call.attempts()).isEqualTo(3);
        assertThat(this.time.sleeps()).containsExactly(MS_100, MS_100.multipliedBy(2));
    }

    @Test
    void throwsTheVeryExceptionOfTheLastAttemptWithAnExplanation() {
        IOException last = new IOException("third");
        fail(new IOException("first"), new IOException("second"), last);
        assertThat(catchThrowable(this::run)).isSameAs(last);
        RetryStopped note = note(last);
        assertThat(note.rule()).isEqualTo(Rule.MAX_ATTEMPTS);
        assertThat(note.attempts()).isEqualTo(3);
        assertThat(note.waited()).isEqualTo(Duration.ofMillis(300));
        assertThat(note).hasMessage("bean.work stopped after 3 attempts and 300 ms of waiting: max-attempts is 3");
        assertThat(note.getStackTrace()).isEmpty();
    }

    @Test
    void neverTriesAgainWhatDoesNotPass() {
        for (FailureCategory category : List.of(FailureCategory.PERMANENT, FailureCategory.VALIDATION)) {
            IntegrationException failure = new IntegrationException("x", category, true);
            assertStops(Rule.NOT_RETRYABLE, 1, failure);
        }
        assertStops(Rule.NOT_RETRYABLE, 1, new IntegrationException("x", FailureCategory.TEMPORARY, false));
        assertStops(Rule.NOT_RETRYABLE, 1, new NullPointerException());
    }

    @Test
    void letsAnErrorPassUntouched() {
        AssertionError error = new AssertionError();
        fail(error);
        assertThat(catchThrowable(this::run)).isSameAs(error);
        assertThat(error.getSuppressed()).isEmpty();
        assertThat(this.call.attempts()).isEqualTo(1);
    }

    @Test
    void waitsAsLongAsTheCalleeAsks() throws Throwable {
        fail(rateLimit(Duration.ofMillis(700)), rateLimit(Duration.ofMillis(1)));
        assertThat(run()).isEqualTo("done");
        assertThat(this.time.sleeps()).containsExactly(Duration.ofMillis(700), Duration.ofMillis(200));
    }

    @Test
    void givesUpWhenTheCalleeAsksForMoreThanTheLongestWait() {
        assertStops(Rule.RETRY_AFTER, 1, rateLimit(Duration.ofMillis(1001)));
        assertThat(this.time.sleeps()).isEmpty();
    }

    @Test
    void doesNotBeginAWaitThatEndsWithTheDeadline() {
        try (Scope scope = Deadline.after(Duration.ofMillis(300), this.time).open()) {
            assertStops(Rule.DEADLINE, 2, new IOException(), new IOException());
        }
        assertThat(this.time.sleeps()).containsExactly(MS_100);
    }

    @Test
    void waitsWhenTheDeadlineLeavesTimeForAnAttempt() throws Throwable {
        fail(new IOException(), new IOException());
        try (Scope scope = Deadline.after(Duration.ofMillis(301), this.time).open()) {
            assertThat(run()).isEqualTo("done");
        }
    }

    @Test
    void stopsWhenTheTimeForAllAttemptsIsUsedUp() {
        this.spec = new RetrySpec(9, MS_100, MS_100, 1, Jitter.NONE, Duration.ofMillis(250));
        assertStops(Rule.MAX_ELAPSED, 3, new IOException(), new IOException(), new IOException());
    }

    @Test
    void stopsWhenTheThreadIsInterruptedWhileItWaits() {
        IOException failure = new IOException();
        fail(failure);
        Thread.currentThread().interrupt();
        assertThat(catchThrowable(this::run)).isSameAs(failure);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(failure.getSuppressed()[0]).isInstanceOf(InterruptedException.class);
        assertThat(note(failure).rule()).isEqualTo(Rule.INTERRUPTED);
        assertThat(this.call.attempts()).isEqualTo(1);
    }

    @Test
    void stopsOnAnInterruptEvenIfThereIsNothingToWaitFor() {
        this.spec = new RetrySpec(3, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);
        Thread.currentThread().interrupt();
        assertStops(Rule.INTERRUPTED, 1, new IOException());
    }

    @Test
    void passesARefusalOnWithTheFailureBeforeIt() {
        IOException first = new IOException();
        RejectedException refusal = new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", MS_100);
        fail(first, refusal);
        assertThat(catchThrowable(this::run)).isSameAs(refusal).hasSuppressedException(first);
        assertThat(this.call.attempts()).isEqualTo(2);
    }

    @Test
    void passesAnImmediateRefusalOnAsItIs() {
        RejectedException refusal = new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", MS_100);
        fail(refusal);
        assertThat(catchThrowable(this::run)).isSameAs(refusal).hasNoSuppressedExceptions();
    }

    @Test
    void triesOnceInsideATransactionOfTheCaller() {
        TransactionSynchronizationManager.setActualTransactionActive(true);
        IOException failure = new IOException();
        assertStops(Rule.IN_TRANSACTION, 1, failure);
        assertThat(note(failure)).hasMessageContaining(ProblemCode.SINGLE_ATTEMPT_IN_TRANSACTION.id());
    }

    @Test
    void triesAgainInsideATransactionThatTheMethodDoesNotJoin() throws Throwable {
        TransactionSynchronizationManager.setActualTransactionActive(true);
        this.joins = false;
        fail(new IOException());
        assertThat(run()).isEqualTo("done");
        assertThat(this.call.attempts()).isEqualTo(2);
    }

    @Test
    void triesAnUnsafeMethodAgainOnlyIfNothingCanHaveHappened() {
        this.unsafe = true;
        assertStops(Rule.UNSAFE, 2, new ConnectException(), new IOException());
    }

    @Test
    void doesNotLetAnExceptionThatIsThrownAgainAndAgainGrow() {
        IntegrationException always = new IntegrationException("x", FailureCategory.PERMANENT, false);
        for (int i = 0; i < 100; i++) {
            fail(always);
            assertThatExceptionOfType(IntegrationException.class).isThrownBy(this::run);
        }
        assertThat(always.getSuppressed()).hasSizeLessThanOrEqualTo(16);
    }

    private void assertStops(Rule rule, int attempts, Throwable... thrown) {
        int before = this.call.attempts();
        fail(thrown);
        Throwable last = thrown[thrown.length - 1];
        assertThat(catchThrowable(() -> run(SimpleCalls.call(this.time, this.call.operation()))))
                .isSameAs(last);
        assertThat(note(last).rule()).isEqualTo(rule);
        assertThat(note(last).attempts()).isEqualTo(attempts);
        assertThat(this.failures).isEmpty();
        assertThat(this.call.attempts()).isEqualTo(before);
    }

    private static RetryStopped note(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(RetryStopped.class::isInstance)
                .map(RetryStopped.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not explained", failure));
    }

    private static IntegrationException rateLimit(Duration retryAfter) {
        return new IntegrationException("slow down", FailureCategory.RATE_LIMIT, true, retryAfter, null);
    }

    private void fail(Throwable... failures) {
        this.failures.addAll(List.of(failures));
    }

    private Object run() throws Throwable {
        return run(this.call);
    }

    private Object run(Call call) throws Throwable {
        Policies policies = new Policies(this.time)
                .retry(this.spec)
                .unknownOutcome(this.unsafe ? UnknownOutcome.FORBIDDEN : UnknownOutcome.RETRY)
                .joinsTransaction(this.joins);
        return new Attempts(
                        (ignored) -> {
                            Throwable failure = this.failures.poll();
                            if (failure != null) {
                                throw failure;
                            }
                            return "done";
                        },
                        policies.settle(),
                        policies.tools())
                .run(call);
    }

    static class Target {

        String work() {
            return "done";
        }
    }
}
