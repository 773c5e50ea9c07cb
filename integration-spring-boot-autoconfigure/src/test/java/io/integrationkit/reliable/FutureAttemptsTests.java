package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.Call;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.reliable.RetryStopped.Rule;
import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.StepExecutor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;
import org.springframework.transaction.support.TransactionSynchronizationManager;

@Timeout(30)
class FutureAttemptsTests {

    private static final Duration MS_100 = Duration.ofMillis(100);

    private static final RetrySpec BACK_OFF = new RetrySpec(3, MS_100, Duration.ofSeconds(10), 2, Jitter.NONE, null);

    private final ManualTime time = new ManualTime();

    private final StepExecutor executor = new StepExecutor();

    private final Policies policies =
            new Policies(this.time).executor(this.executor).retry(BACK_OFF);

    private final Operation operation = SimpleCalls.operation(this, "work");

    /** What the attempts returned, in their order. */
    private final List<CompletableFuture<Object>> attempts = new ArrayList<>();

    private SettledPolicy settled;

    String work() {
        return "done";
    }

    @Test
    void triesAgainAfterExponentialWaitsThatHoldNoThread() {
        CompletableFuture<Object> answer = start();
        fail(0, new IOException());
        assertThat(this.time.waiting()).isEqualTo(1);
        advance(MS_100.minusNanos(1));
        assertThat(this.attempts).hasSize(1);
        this.time.advance(Duration.ofNanos(1));
        assertThat(this.attempts).as("not on the thread of the timer").hasSize(1);
        this.executor.run();
        assertThat(this.attempts).hasSize(2);
        fail(1, new IOException());
        advance(MS_100);
        assertThat(this.attempts).hasSize(2);
        advance(MS_100);
        this.attempts.get(2).complete("done");
        assertThat(answer).isCompletedWithValue("done");
        assertThat(this.time.sleeps()).isEmpty();
    }

    @Test
    void failsWithTheVeryExceptionOfTheLastAttemptAndAnExplanation() {
        this.policies.retry(new RetrySpec(2, MS_100, MS_100, 1, Jitter.NONE, null));
        CompletableFuture<Object> answer = start();
        fail(0, new IOException());
        advance(MS_100);
        IOException last = new IOException("second");
        fail(1, new CompletionException(last));
        assertThat(failureOf(answer)).isSameAs(last);
        assertThat(note(last).rule()).isEqualTo(Rule.MAX_ATTEMPTS);
        assertThat(note(last).waited()).isEqualTo(MS_100);
    }

    @Test
    void aFailureThrownByTheMethodIsAFailedAttempt() {
        CompletableFuture<Object> answer = run((call) -> {
            this.attempts.add(new CompletableFuture<>());
            if (this.attempts.size() == 1) {
                throw new IOException();
            }
            return "not even a stage";
        });
        advance(MS_100);
        assertThat(answer).isCompletedWithValue("not even a stage");
    }

    @Test
    void anErrorPassesUntouched() {
        CompletableFuture<Object> answer = start();
        AssertionError error = new AssertionError();
        fail(0, error);
        assertThat(failureOf(answer)).isSameAs(error).hasNoSuppressedExceptions();
    }

    @Test
    void aRefusalIsAFailedResultAndNeverThrown() {
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 1, Duration.ofSeconds(9), 1))
                .retry(Policies.AT_ONCE);
        CompletableFuture<Object> answer = start();
        IOException failure = new IOException();
        fail(0, failure);
        advance(Duration.ZERO);
        assertThat(failureOf(answer))
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        (refusal) -> assertThat(refusal.code()).isEqualTo(ProblemCode.CIRCUIT_OPEN))
                .hasSuppressedException(failure);
        assertThat(failureOf(start())).isInstanceOf(RejectedException.class).hasNoSuppressedExceptions();
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void theAttemptWhoseTimeIsOverKeepsItsPlaceUntilItsWorkReallyEnds() {
        this.policies
                .bulkhead(2, Duration.ZERO)
                .attemptTimeout(MS_100)
                .breaker(BreakerSpecs.of(10, 100, 10, MS_100, 1));
        Call call = call();
        CompletableFuture<Object> answer = run(call);
        advance(MS_100);
        assertThat(this.attempts.get(0)).as("the work is not stopped").isNotDone();
        assertThat(bulkhead().running()).isEqualTo(1);
        assertThat(call.overruns()).isEqualTo(1);
        advance(MS_100);
        assertThat(bulkhead().running()).isEqualTo(2);
        this.attempts.get(0).complete("too late");
        assertThat(bulkhead().running()).isEqualTo(1);
        assertThat(answer).isNotDone();
        this.attempts.get(1).complete("done");
        assertThat(answer).isCompletedWithValue("done");
        assertThat(bulkhead().running()).isZero();
        assertThat(this.policies.breakers().find("chat").calls()).isEqualTo(2);
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void theTimeOfAnAttemptCountsFromItsBeginningNotFromTheReturnOfTheMethod() {
        this.policies.attemptTimeout(MS_100).retry(once());
        CompletableFuture<Object> answer = run((call) -> {
            this.time.advance(Duration.ofMillis(70));
            return new CompletableFuture<>();
        });
        advance(Duration.ofMillis(29));
        assertThat(answer).isNotDone();
        advance(Duration.ofMillis(1));
        assertThat(failureOf(answer)).isInstanceOf(AttemptTimeoutException.class);
    }

    @Test
    void theDeadlineEndsAnAttemptAndTheWaitsBeforeTheNext() {
        try (Scope scope = Deadline.after(Duration.ofMillis(250), this.time).open()) {
            this.policies.deadline(Duration.ofSeconds(5));
            CompletableFuture<Object> first = start();
            fail(0, new IOException());
            advance(MS_100);
            IOException second = new IOException();
            fail(1, second);
            assertThat(failureOf(first)).isSameAs(second);
            assertThat(note(second).rule()).isEqualTo(Rule.DEADLINE);
        }
        try (Scope scope = Deadline.after(Duration.ofMillis(50), this.time).open()) {
            CompletableFuture<Object> hanging = start();
            advance(Duration.ofMillis(50));
            assertThat(failureOf(hanging)).isInstanceOf(AttemptTimeoutException.class);
        }
    }

    @Test
    void waitsForThePermitOfTheRateLimit() {
        this.policies.rateLimit(new RateLimitSpec(10, Duration.ofSeconds(1), 1, MS_100, RateLimitSpec.Scope.INSTANCE));
        start();
        CompletableFuture<Object> second = start();
        CompletableFuture<Object> third = start();
        assertThat(this.attempts).hasSize(1);
        assertThat(failureOf(third)).hasMessageContaining("rate limit");
        advance(MS_100);
        assertThat(this.attempts).hasSize(2);
        this.attempts.get(1).complete("done");
        assertThat(second).isCompletedWithValue("done");
    }

    @Test
    void waitsForAPlaceInTheBulkheadNoLongerThanAllowed() {
        this.policies.bulkhead(1, MS_100).retry(once());
        start();
        CompletableFuture<Object> second = start();
        CompletableFuture<Object> third = start();
        this.attempts.get(0).complete("done");
        assertThat(this.attempts).as("not on the thread that left").hasSize(1);
        this.executor.run();
        assertThat(this.attempts).hasSize(2);
        advance(MS_100);
        assertThat(failureOf(third)).hasMessageContaining("bulkhead").isInstanceOf(RejectedException.class);
        this.attempts.get(1).complete("done");
        assertThat(second).isCompletedWithValue("done");
        assertThat(bulkhead().running()).isZero();
        assertThat(bulkhead().waiting()).isZero();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void theBudgetBoundsRetries() {
        this.policies.budget(10, 1);
        List<CompletableFuture<Object>> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(start());
        }
        List<CompletableFuture<Object>> first = List.copyOf(this.attempts);
        first.forEach((attempt) -> attempt.completeExceptionally(new IOException()));
        assertThat(answers.stream()
                        .filter(CompletableFuture::isDone)
                        .map((answer) -> note(failureOf(answer)).rule()))
                .hasSizeBetween(10, 27)
                .containsOnly(Rule.BUDGET);
    }

    @Test
    void triesAgainForAnUnwantedValueAndReturnsTheLast() {
        this.policies.results((call, result) -> Objects.equals(result, "pending"));
        CompletableFuture<Object> answer = start();
        this.attempts.get(0).complete("pending");
        advance(MS_100);
        this.attempts.get(1).complete("pending");
        advance(MS_100.multipliedBy(2));
        this.attempts.get(2).complete("pending");
        assertThat(answer).isCompletedWithValue("pending");
    }

    @Test
    void triesOnceInsideATransactionOfTheCaller() {
        TransactionSynchronizationManager.setActualTransactionActive(true);
        CompletableFuture<Object> answer;
        try {
            answer = start();
        } finally {
            TransactionSynchronizationManager.setActualTransactionActive(false);
        }
        IOException failure = new IOException();
        fail(0, failure);
        assertThat(failureOf(answer)).isSameAs(failure);
        assertThat(note(failure).rule()).isEqualTo(Rule.IN_TRANSACTION);
    }

    @Test
    void cancellingTheAnswerCancelsTheAttemptUnderWayAndTeachesTheBreakerNothing() {
        this.policies.breaker(BreakerSpecs.of(10, 100, 1, MS_100, 1)).bulkhead(1, Duration.ZERO);
        CompletableFuture<Object> answer = start();
        answer.cancel(true);
        assertThat(this.attempts.get(0)).isCancelled();
        assertThat(bulkhead().running()).isZero();
        assertThat(this.policies.breakers().find("chat").calls()).isZero();
        assertThat(this.time.waiting()).isZero();
        assertThat(this.executor.waiting()).isZero();
    }

    @Test
    void cancellingTheAnswerCancelsTheLaterAttemptToo() {
        CompletableFuture<Object> answer = start();
        fail(0, new IOException());
        advance(MS_100);
        answer.cancel(true);
        assertThat(this.attempts.get(1)).isCancelled();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void cancellingTheAnswerCancelsTheWait() {
        CompletableFuture<Object> answer = start();
        fail(0, new IOException());
        answer.cancel(true);
        assertThat(this.time.waiting()).isZero();
        advance(MS_100);
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void cancellingTheAnswerGivesBackThePermitOfTheRateLimitTheProbeAndTheTurn() {
        this.policies
                .rateLimit(new RateLimitSpec(
                        10, Duration.ofSeconds(1), 2, Duration.ofSeconds(1), RateLimitSpec.Scope.INSTANCE))
                .bulkhead(1, Duration.ofSeconds(1))
                .breaker(BreakerSpecs.of(10, 100, 1, MS_100, 1));
        start();
        CompletableFuture<Object> queued = start();
        assertThat(bulkhead().waiting()).isEqualTo(1);
        queued.cancel(true);
        assertThat(bulkhead().waiting()).isZero();
        assertThat(limiter().available(this.time.nanoTime())).isEqualTo(1);
        start();
        // Of permits of one reading of the clock nobody can tell which one comes back.
        advance(Duration.ofNanos(1));
        CompletableFuture<Object> limited = start();
        assertThat(limiter().available(this.time.nanoTime())).isCloseTo(-1, within(0.001));
        limited.cancel(true);
        assertThat(limiter().available(this.time.nanoTime())).isCloseTo(0, within(0.001));
    }

    @Test
    void aCancelledProbeLetsAnotherOneIn() {
        this.policies.retry(once()).breaker(BreakerSpecs.of(10, 100, 1, MS_100, 1));
        start();
        fail(0, new IOException());
        advance(MS_100);
        start().cancel(true);
        CompletableFuture<Object> probe = start();
        this.attempts.get(2).complete("done");
        assertThat(probe).isCompletedWithValue("done");
        assertThat(this.policies.breakers().find("chat").state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void aPlaceGrantedAtTheMomentOfTheCancellationIsGivenBack() {
        this.policies.bulkhead(1, Duration.ofSeconds(1));
        start();
        CompletableFuture<Object> second = start();
        this.attempts.get(0).complete("done");
        second.cancel(true);
        this.executor.run();
        assertThat(bulkhead().running()).isZero();
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void aStageThatCannotBeCancelledKeepsItsPlaceUntilItEnds() {
        this.policies.bulkhead(1, Duration.ZERO);
        CompletableFuture<Object> source = new CompletableFuture<>();
        CompletionStage<Object> copies = source.minimalCompletionStage();
        CompletableFuture<Object> answer = run((call) -> copies);
        answer.cancel(true);
        assertThat(bulkhead().running()).isEqualTo(1);
        source.complete("done");
        assertThat(bulkhead().running()).isZero();
    }

    @Test
    void aCalleeThatCancelsItsOwnWorkHasFailedAndIsTriedAgain() {
        CompletableFuture<Object> answer = start();
        this.attempts.get(0).cancel(true);
        advance(MS_100);
        this.attempts.get(1).complete("done");
        assertThat(answer).isCompletedWithValue("done");
    }

    @Test
    void laterAttemptsHaveWhatTheCallerHadBoundAndLeaveTheirThreadAsItWas() throws Exception {
        List<String> seen = new ArrayList<>();
        CompletableFuture<Object> answer;
        try (Scope correlation = Correlation.open("abc");
                Scope deadline =
                        Deadline.after(Duration.ofSeconds(5), this.time).open()) {
            answer = run((call) -> {
                seen.add(MDC.get(Correlation.MDC_KEY) + " "
                        + Objects.requireNonNull(Deadline.current()).remaining().toMillis());
                if (seen.size() == 1) {
                    throw new IOException();
                }
                return CompletableFuture.completedFuture("done");
            });
        }
        this.time.advance(MS_100);
        CompletableFuture.runAsync(() -> {
                    MDC.put("other", "mine");
                    this.executor.run();
                    assertThat(MDC.getCopyOfContextMap()).containsOnlyKeys("other");
                    assertThat(Deadline.current()).isNull();
                    MDC.clear();
                })
                .get(10, TimeUnit.SECONDS);
        assertThat(seen).containsExactly("abc 5000", "abc 4900");
        assertThat(answer).isCompletedWithValue("done");
    }

    @Test
    void anExecutorThatRefusesLosesNoAnswer() {
        Surroundings surroundings = new Surroundings(
                this.time,
                (step) -> {
                    throw new java.util.concurrent.RejectedExecutionException("stopped");
                },
                () -> 0);
        this.policies.executor(surroundings.executor());
        CompletableFuture<Object> answer = run((call) -> {
            if (call.attempts() == 1) {
                throw new IOException();
            }
            return "done";
        });
        this.time.advance(MS_100);
        assertThat(answer).succeedsWithin(Duration.ofSeconds(10));
    }

    @Test
    void categoriesDecideAsForOtherCalls() {
        CompletableFuture<Object> answer = start();
        IntegrationException failure = new IntegrationException("x", FailureCategory.VALIDATION, false);
        fail(0, failure);
        assertThat(failureOf(answer)).isSameAs(failure);
        assertThat(note(failure).rule()).isEqualTo(Rule.NOT_RETRYABLE);
    }

    private static RetrySpec once() {
        return new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);
    }

    private void advance(Duration duration) {
        this.time.advance(duration);
        this.executor.run();
    }

    private void fail(int attempt, Throwable failure) {
        this.attempts.get(attempt).completeExceptionally(failure);
    }

    private static Throwable failureOf(CompletableFuture<?> answer) {
        assertThat(answer).isCompletedExceptionally();
        return catchThrowable(answer::join).getCause();
    }

    private static RetryStopped note(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(RetryStopped.class::isInstance)
                .map(RetryStopped.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not explained", failure));
    }

    private Bulkhead bulkhead() {
        return Objects.requireNonNull(this.settled.current().admission().bulkhead());
    }

    private RateLimiter limiter() {
        return Objects.requireNonNull(this.settled.current().admission().limiter());
    }

    private Call call() {
        return SimpleCalls.call(this.time, this.operation);
    }

    private CompletableFuture<Object> start() {
        return run(call());
    }

    private CompletableFuture<Object> run(Call call) {
        return run(call, (ignored) -> {
            CompletableFuture<Object> attempt = new CompletableFuture<>();
            this.attempts.add(attempt);
            return attempt;
        });
    }

    private CompletableFuture<Object> run(Stage method) {
        return run(call(), method);
    }

    @SuppressWarnings("unchecked")
    private CompletableFuture<Object> run(Call call, Stage method) {
        if (this.settled == null) {
            this.settled = this.policies.settle();
        }
        return (CompletableFuture<Object>) new FutureAttempts(method, this.settled, this.policies.tools()).run(call);
    }
}
