package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.call.Call;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.RetryStopped.Rule;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The time of an attempt, on one thread and with a clock that the tests move. */
class AttemptTimeoutTests {

    private static final Duration ALLOWED = Duration.ofMillis(100);

    private static final Duration LONGER = ALLOWED.plusNanos(1);

    private final ManualTime time = new ManualTime();

    private final Call call = SimpleCalls.call(this.time, SimpleCalls.operation(new Target(), "work"));

    private final FailureClassification classification = new FailureClassification(List.of(), this.time::now);

    @AfterEach
    void leavesTheThreadAsItWas() {
        assertThat(Thread.interrupted()).isFalse();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void anAttemptInTimeIsNotTouched() throws Throwable {
        Object result = run(() -> {
            this.time.advance(ALLOWED.minusNanos(1));
            return interrupted();
        });
        assertThat(result).isEqualTo(false);
        assertThat(this.call.overruns()).isZero();
    }

    @Test
    void anAttemptIsAskedToStopWhenItsTimeIsOver() throws Throwable {
        assertThat(run(() -> {
                    this.time.advance(ALLOWED);
                    return interrupted();
                }))
                .isEqualTo(true);
    }

    @Test
    void aLateSuccessIsASuccessThatIsCounted() throws Throwable {
        assertThat(run(() -> late("done"))).isEqualTo("done");
        assertThat(interrupted()).isFalse();
        assertThat(this.call.overruns()).isEqualTo(1);
    }

    @Test
    void aFailureInTimeStaysWhatItIs() {
        IOException failure = new IOException();
        assertThat(catchThrowable(() -> run(() -> {
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(this.call.overruns()).isZero();
    }

    @Test
    void aFailureAfterTheTimeIsATimeout() {
        InterruptedException failure = new InterruptedException();
        Throwable thrown = catchThrowable(() -> run(() -> lateFailure(failure)));
        assertThat(thrown)
                .isInstanceOfSatisfying(AttemptTimeoutException.class, (timeout) -> {
                    assertThat(timeout.allowed()).isEqualTo(ALLOWED);
                    assertThat(timeout.code()).isEqualTo(ProblemCode.ATTEMPT_TIMEOUT);
                })
                .hasCause(failure)
                .hasMessageContaining("an attempt of bean.work was not done after 100ms");
        assertThat(this.classification.classify(thrown))
                .isEqualTo(new Failure(FailureCategory.TEMPORARY, true, true, null));
        assertThat(this.call.overruns()).isEqualTo(1);
    }

    @Test
    void whatTheCalleeSaysAfterTheTimeStaysWhatItIs() {
        for (Exception judged : List.of(
                new IntegrationException("no", FailureCategory.PERMANENT, false),
                new IntegrationException("bad", FailureCategory.VALIDATION, false),
                new IntegrationException("never again", FailureCategory.TEMPORARY, false),
                new IntegrationException("slow down", FailureCategory.RATE_LIMIT, true),
                new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", null))) {
            assertThat(catchThrowable(() -> run(() -> lateFailure(judged)))).isSameAs(judged);
            assertThat(interrupted()).isFalse();
        }
        assertThat(this.call.overruns()).isEqualTo(5);
    }

    @Test
    void aClassifierThatBreaksDoesNotHideTheFailure() {
        FailureClassification broken = new FailureClassification(
                List.of((failure) -> {
                    throw new StackOverflowError();
                }),
                this.time::now);
        IOException failure = new IOException();
        Stage stage = SimpleCalls.method(() -> lateFailure(failure));
        assertThat(catchThrowable(() -> new TimedAttempt(stage, this.time, broken).run(this.call, ALLOWED)))
                .isSameAs(failure)
                .satisfies((thrown) ->
                        assertThat(thrown.getSuppressed()).hasExactlyElementsOfTypes(StackOverflowError.class));
    }

    @Test
    void theTimeTheCalleeAsksToWaitIsKept() {
        Throwable thrown = catchThrowable(() -> run(() -> lateFailure(
                new IntegrationException("busy", FailureCategory.TEMPORARY, true, Duration.ofSeconds(5), null))));
        assertThat(thrown).isInstanceOf(AttemptTimeoutException.class);
        assertThat(this.classification.classify(thrown).retryAfter()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anInterruptOfTheUserThatComesToLightAfterTheTimeIsNoTimeout() {
        InterruptedException failure = new InterruptedException();
        assertThat(catchThrowable(() -> run(() -> {
                    Thread.currentThread().interrupt();
                    this.time.advance(LONGER);
                    Thread.interrupted();
                    throw failure;
                })))
                .isSameAs(failure);
    }

    @Test
    void anInterruptOfTheUserThatComesToLightAfterTheTimeEndsTheAttempts() {
        InterruptedException failure = new InterruptedException();
        List<String> begun = new ArrayList<>();
        assertThat(catchThrowable(() -> attempts(3, ALLOWED, () -> {
                    begun.add("attempt");
                    Thread.currentThread().interrupt();
                    this.time.advance(LONGER);
                    Thread.interrupted();
                    throw failure;
                })))
                .isSameAs(failure);
        assertThat(begun).hasSize(1);
    }

    @Test
    void anErrorAfterTheTimeStaysWhatItIs() {
        AssertionError error = new AssertionError();
        assertThat(catchThrowable(() -> run(() -> {
                    this.time.advance(LONGER);
                    throw error;
                })))
                .isSameAs(error);
        assertThat(interrupted()).isFalse();
    }

    @Test
    void anInterruptOfTheUserIsKept() throws Throwable {
        run(() -> {
            Thread.currentThread().interrupt();
            return late("done");
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(this.call.overruns()).isEqualTo(1);
    }

    @Test
    void anInterruptThatTheUserHasDealtWithDoesNotKeepOursAway() throws Throwable {
        assertThat(run(() -> {
                    Thread.currentThread().interrupt();
                    Thread.interrupted();
                    this.time.advance(ALLOWED);
                    return interrupted();
                }))
                .isEqualTo(true);
    }

    @Test
    void anInterruptThatTheWorkRestoresIsStillOurs() {
        catchThrowable(() -> run(() -> {
            this.time.advance(ALLOWED);
            Thread.interrupted();
            Thread.currentThread().interrupt();
            throw new IllegalStateException(new InterruptedException());
        }));
        assertThat(interrupted()).isFalse();
    }

    @Test
    void whatTheWorkWrapsOurInterruptInIsATimeout() {
        Throwable thrown = catchThrowable(
                () -> run(() -> lateFailure(new IllegalStateException("gave up", new InterruptedException()))));
        assertThat(thrown).isInstanceOf(AttemptTimeoutException.class);
    }

    @Test
    void theDeadlineClipsTheAttempt() {
        try (Scope scope = Deadline.after(Duration.ofMillis(30), this.time).open()) {
            assertThat(catchThrowable(() -> attempts(1, ALLOWED, () -> {
                        this.time.advance(Duration.ofMillis(30));
                        throw new InterruptedException();
                    })))
                    .isInstanceOfSatisfying(
                            AttemptTimeoutException.class,
                            (timeout) -> assertThat(timeout.allowed()).isEqualTo(Duration.ofMillis(30)));
        }
    }

    @Test
    void anAttemptThatTimesOutIsMadeAgain() throws Throwable {
        assertThat(attempts(
                        3,
                        ALLOWED,
                        () -> (this.call.attempts() < 3) ? lateFailure(new InterruptedException()) : "done"))
                .isEqualTo("done");
        assertThat(this.call.attempts()).isEqualTo(3);
        assertThat(this.call.overruns()).isEqualTo(2);
    }

    @Test
    void anInterruptOfTheUserEndsTheAttempts() {
        Throwable thrown = catchThrowable(() -> attempts(3, ALLOWED, () -> {
            Thread.currentThread().interrupt();
            return lateFailure(new IOException());
        }));
        assertThat(thrown).isInstanceOf(AttemptTimeoutException.class);
        assertThat(thrown.getSuppressed())
                .anySatisfy((note) -> assertThat(note)
                        .isInstanceOfSatisfying(
                                RetryStopped.class,
                                (stopped) -> assertThat(stopped.rule()).isEqualTo(Rule.INTERRUPTED)));
        assertThat(this.call.attempts()).isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void onlyTheInnerAttemptTimesOut() throws Throwable {
        run(() -> {
            AttemptWatch inner = AttemptWatch.begin(Duration.ofMillis(10), this.time);
            this.time.advance(Duration.ofMillis(50));
            assertThat(interrupted()).isTrue();
            assertThat(inner.finish()).isTrue();
            assertThat(interrupted()).isFalse();
            return "done";
        });
        assertThat(this.call.overruns()).isZero();
    }

    @Test
    void onlyTheOuterAttemptTimesOut() throws Throwable {
        run(() -> {
            AttemptWatch inner = AttemptWatch.begin(Duration.ofSeconds(9), this.time);
            this.time.advance(ALLOWED);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(inner.finish()).isFalse();
            assertThat(interrupted()).as("the outer attempt still has to stop").isTrue();
            return "done";
        });
        assertThat(this.call.overruns()).isEqualTo(1);
    }

    @Test
    void bothAttemptsTimeOutTheInnerOneFirst() throws Throwable {
        bothTimeOut(Duration.ofMillis(10));
    }

    @Test
    void bothAttemptsTimeOutTheOuterOneFirst() throws Throwable {
        bothTimeOut(Duration.ofMillis(110));
    }

    private void bothTimeOut(Duration inner) throws Throwable {
        run(() -> {
            AttemptWatch watch = AttemptWatch.begin(inner, this.time);
            this.time.advance(Duration.ofMillis(200));
            assertThat(interrupted()).isTrue();
            assertThat(watch.finish()).isTrue();
            assertThat(interrupted()).as("the outer attempt still has to stop").isTrue();
            return "done";
        });
        assertThat(this.call.overruns()).isEqualTo(1);
        assertThat(interrupted()).isFalse();
    }

    @Test
    void anInterruptOfTheUserSurvivesAllAttempts() throws Throwable {
        run(() -> {
            AttemptWatch inner = AttemptWatch.begin(Duration.ofMillis(10), this.time);
            Thread.currentThread().interrupt();
            this.time.advance(Duration.ofMillis(200));
            inner.finish();
            return "done";
        });
        assertThat(Thread.interrupted()).isTrue();
    }

    private @Nullable Object run(Callable<?> work) throws Throwable {
        Stage stage = SimpleCalls.method(work);
        return new TimedAttempt(stage, this.time, this.classification).run(this.call, ALLOWED);
    }

    private @Nullable Object attempts(int most, Duration timeout, Callable<?> work) throws Throwable {
        Policies policies = new Policies(this.time)
                .retry(new RetrySpec(most, Duration.ZERO, Duration.ofSeconds(1), 1, Jitter.NONE, null))
                .attemptTimeout(timeout);
        return new Attempts(SimpleCalls.method(work), policies.settle(), policies.tools()).run(this.call);
    }

    private Object late(Object result) {
        this.time.advance(LONGER);
        return result;
    }

    private Object lateFailure(Exception failure) throws Exception {
        this.time.advance(LONGER);
        throw failure;
    }

    private static boolean interrupted() {
        return Thread.currentThread().isInterrupted();
    }

    static class Target {

        String work() {
            return "done";
        }
    }
}
