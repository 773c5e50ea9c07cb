package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.limit.BulkheadSpec;
import io.integrationkit.limit.RateLimitSpec;
import io.integrationkit.limit.RateLimiter;
import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What an attempt has taken when its entrance fails, or what is to judge it. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(30)
class EntranceTests {

    private static final Duration OPEN = Duration.ofSeconds(10);

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime clock = new ManualTime();

    private final FailingTime time = new FailingTime(this.clock);

    private final Policies policies = new Policies(this.time).retry(once());

    private final Operation operation = SimpleCalls.operation(this, "work");

    private @Nullable Error broken;

    private int released;

    String work() {
        return "done";
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLimiterThatFailsLeavesTheProbeItsPlace(boolean later) {
        SettledPolicy settled = halfOpen();
        this.broken = new StackOverflowError();
        assertThat(failure(settled, later, (call) -> "never")).isSameAs(this.broken);
        this.broken = null;
        assertThat(failure(settled, later, (call) -> "done")).isNull();
        assertThat(this.policies.breakers().find("chat").state()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWaitThatFailsGivesBackTheProbeAndTheTurn(boolean later) {
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 1, OPEN, 1))
                .rateLimit(new RateLimitSpec(1, SECOND, 1, SECOND, RateLimitSpec.Scope.INSTANCE))
                .limiters((policy, spec, now) -> new Broken(RateLimiter.local(spec, now)));
        SettledPolicy settled = this.policies.settle();
        failure(settled, later, failing(new IOException()));
        this.clock.advance(OPEN);
        RateLimiter limiter =
                Objects.requireNonNull(settled.current().admission().limiter());
        limiter.reserve(this.clock.nanoTime(), 0);
        this.time.broken = new IllegalStateException("no wait");
        assertThat(failure(settled, later, (call) -> "never")).isSameAs(this.time.broken);
        this.time.broken = null;
        assertThat(this.released).isEqualTo(1);
        this.clock.advance(Duration.ofSeconds(3));
        assertThat(failure(settled, later, (call) -> "done")).isNull();
        assertThat(this.policies.breakers().find("chat").state()).isEqualTo(CircuitState.CLOSED);
    }

    @Test
    void aWaitThatNoExecutorEndsEndsTheCallAndGivesBackWhatItTook() {
        Executor refusing = (step) -> {
            throw new RejectedExecutionException("shut down");
        };
        this.policies
                .executor(refusing)
                .rateLimit(new RateLimitSpec(1, SECOND, 1, SECOND, RateLimitSpec.Scope.INSTANCE));
        SettledPolicy settled = this.policies.settle();
        RateLimiter limiter =
                Objects.requireNonNull(settled.current().admission().limiter());
        limiter.reserve(this.clock.nanoTime(), 0);
        CompletableFuture<?> answer = begin(settled, (call) -> "never");
        catchThrowable(() -> this.clock.advance(SECOND));
        assertThat(failureOf(answer)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aTurnThatNoExecutorTakesEndsTheCallAndLeavesTheBulkhead() {
        Executor refusing = (step) -> {
            throw new RejectedExecutionException("shut down");
        };
        this.policies.executor(refusing).bulkhead(1, SECOND);
        SettledPolicy settled = this.policies.settle();
        Bulkhead bulkhead = Objects.requireNonNull(settled.current().admission().bulkhead());
        bulkhead.tryEnter();
        CompletableFuture<?> answer = begin(settled, (call) -> "never");
        catchThrowable(bulkhead::leave);
        assertThat(failureOf(answer)).isInstanceOf(RejectedExecutionException.class);
        assertThat(bulkhead.running()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClassifierThatFailsLeavesTheProbeItsPlaceAndTheFailureItsCaller(boolean later) {
        this.policies.breaker(BreakerSpecs.of(10, 100, 1, OPEN, 1));
        Error error = new StackOverflowError();
        IOException failure = new IOException("of the callee");
        this.policies.classifier((thrown) -> {
            if (thrown == failure) {
                throw error;
            }
            return null;
        });
        SettledPolicy settled = this.policies.settle();
        failure(settled, later, failing(new IOException()));
        this.clock.advance(OPEN);
        assertThat(failure(settled, later, failing(failure))).isSameAs(failure).hasSuppressedException(error);
        assertThat(this.policies.breakers().find("chat").state()).isEqualTo(CircuitState.HALF_OPEN);
        assertThat(failure(settled, later, (call) -> "done")).isNull();
        assertThat(this.policies.breakers().find("chat").state()).isEqualTo(CircuitState.CLOSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFullBulkheadNamesTheWaitThatTheDeadlineLeft(boolean later) {
        this.policies.bulkhead(1, Duration.ofMinutes(1));
        SettledPolicy settled = this.policies.settle();
        Objects.requireNonNull(settled.current().admission().bulkhead()).tryEnter();
        Throwable refusal;
        try (Scope deadline = Deadline.after(Duration.ofMillis(20), this.clock).open()) {
            if (later) {
                CompletableFuture<?> answer = begin(settled, (call) -> "never");
                this.clock.advance(Duration.ofMillis(20));
                refusal = failureOf(answer);
            } else {
                refusal = failure(settled, false, (call) -> "never");
            }
        }
        assertThat(refusal)
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("bean.work was not called: 1 calls of policy 'chat' were running, and none ended"
                        + " within 20 ms");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFurtherAttemptThatIsRefusedSaysThatItWasOneAndIsALineOfTheLog(boolean later, CapturedOutput output) {
        this.policies.breaker(BreakerSpecs.of(10, 100, 2, OPEN, 1)).retry(Policies.AT_ONCE);
        SettledPolicy settled = this.policies.settle();
        IOException failure = new IOException();
        CompletableFuture<?> answer = later ? begin(settled, failing(failure)) : null;
        this.clock.advance(Duration.ZERO);
        this.clock.advance(Duration.ZERO);
        Throwable refusal = (answer != null) ? failureOf(answer) : failure(settled, false, failing(failure));
        assertThat(refusal)
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("bean.work was not called again after 2 attempts: the circuit breaker")
                .hasSuppressedException(failure);
        assertThat(output)
                .containsOnlyOnce(
                        "bean.work stopped after 2 attempts and 0 ms of waiting: a further one was refused with"
                                + " INT-201 (rule REFUSED, category TEMPORARY, policy 'chat': circuit breaker OPEN)");
    }

    @Test
    void theFirstAttemptThatIsRefusedIsNoLineOfTheLog(CapturedOutput output) {
        this.policies.bulkhead(1, Duration.ZERO);
        SettledPolicy settled = this.policies.settle();
        Objects.requireNonNull(settled.current().admission().bulkhead()).tryEnter();
        assertThat(failure(settled, false, (call) -> "never")).hasMessageContaining("bean.work was not called: ");
        assertThat(output).doesNotContain("REFUSED");
    }

    @Test
    void aTimeOfTheConfigurationThatFitsEverywhereFitsAWaitToo() {
        Duration longest = Duration.ofDays(3650);
        new RateLimitSpec(1, SECOND, 1, longest, RateLimitSpec.Scope.INSTANCE);
        assertThat(Entrance.fitting(longest, null)).isEqualTo(longest.toNanos());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new RateLimitSpec(1, SECOND, 1, longest.plusNanos(1), RateLimitSpec.Scope.INSTANCE))
                .withMessageContaining("at most 3650d");
        new BulkheadSpec(1, longest);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new BulkheadSpec(1, Duration.ofDays(365000)))
                .withMessage("bulkhead.max-wait must be zero or more and at most 3650d");
    }

    private SettledPolicy halfOpen() {
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 1, OPEN, 1))
                .rateLimit(new RateLimitSpec(100, SECOND, 100, Duration.ZERO, RateLimitSpec.Scope.INSTANCE))
                .limiters((policy, spec, now) -> new Broken(RateLimiter.local(spec, now)));
        SettledPolicy settled = this.policies.settle();
        failure(settled, false, failing(new IOException()));
        this.clock.advance(OPEN);
        return settled;
    }

    private @Nullable Throwable failure(SettledPolicy settled, boolean later, Stage method) {
        if (later) {
            return failureOf(begin(settled, method));
        }
        return catchThrowable(() ->
                new Attempts(method, settled, this.policies.tools()).run(SimpleCalls.call(this.clock, this.operation)));
    }

    private CompletableFuture<?> begin(SettledPolicy settled, Stage method) {
        return (CompletableFuture<?>) new FutureAttempts(method, settled, this.policies.tools())
                .run(SimpleCalls.call(this.clock, this.operation));
    }

    private static @Nullable Throwable failureOf(CompletableFuture<?> answer) {
        assertThat(answer).isDone();
        return answer.handle((result, failure) -> failure).join();
    }

    private static Stage failing(Throwable failure) {
        return (call) -> {
            throw failure;
        };
    }

    private static RetrySpec once() {
        return new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);
    }

    /** Fails while something is broken. */
    private final class Broken implements RateLimiter {

        private final RateLimiter limiter;

        Broken(RateLimiter limiter) {
            this.limiter = limiter;
        }

        @Override
        public long reserve(long now, long maxWaitNanos) {
            if (EntranceTests.this.broken != null) {
                throw EntranceTests.this.broken;
            }
            return this.limiter.reserve(now, maxWaitNanos);
        }

        @Override
        public void release(long reservedAt) {
            EntranceTests.this.released++;
            this.limiter.release(reservedAt);
        }

        @Override
        public RateLimitSpec spec() {
            return this.limiter.spec();
        }

        @Override
        public double available(long now) {
            return this.limiter.available(now);
        }
    }

    /** A clock by which nobody can wait while it is broken. */
    private static final class FailingTime implements TimeSource {

        private final ManualTime time;

        private @Nullable RuntimeException broken;

        FailingTime(ManualTime time) {
            this.time = time;
        }

        @Override
        public Instant now() {
            return this.time.now();
        }

        @Override
        public long nanoTime() {
            return this.time.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            if (this.broken != null) {
                throw this.broken;
            }
            this.time.sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            if (this.broken != null) {
                throw this.broken;
            }
            return this.time.schedule(delay, task);
        }
    }
}
