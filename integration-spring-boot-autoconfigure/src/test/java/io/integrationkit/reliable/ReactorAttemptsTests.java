package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.call.Call;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.MDC;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(30)
class ReactorAttemptsTests {

    private static final Duration MS_100 = Duration.ofMillis(100);

    private static final RetrySpec BACK_OFF = new RetrySpec(3, MS_100, Duration.ofSeconds(10), 2, Jitter.NONE, null);

    private final ManualTime time = new ManualTime();

    private final StepExecutor executor = new StepExecutor();

    private final Policies policies =
            new Policies(this.time).executor(this.executor).retry(BACK_OFF);

    private final Operation operation = SimpleCalls.operation(this, "work");

    private final List<Object> received = new ArrayList<>();

    private final List<Sinks.Many<Object>> attempts = new ArrayList<>();

    private @Nullable Throwable failure;

    private int cancelled;

    private boolean completed;

    private @Nullable SettledPolicy settled;

    String work() {
        return "done";
    }

    @Test
    void triesAgainAfterExponentialWaitsThatHoldNoThread() {
        subscribe(many());
        assertThat(this.attempts).hasSize(1);
        fail(0, new IOException());
        advance(MS_100.minusNanos(1));
        assertThat(this.attempts).hasSize(1);
        this.time.advance(Duration.ofNanos(1));
        assertThat(this.attempts).as("not on the thread of the timer").hasSize(1);
        this.executor.run();
        fail(1, new IOException());
        advance(MS_100.multipliedBy(2));
        emit(2, "a");
        emit(2, "b");
        this.attempts.get(2).tryEmitComplete();
        assertThat(this.received).containsExactly("a", "b");
        assertThat(this.completed).isTrue();
    }

    @Test
    void neverTriesAgainOnceAnElementWasPassedOn() {
        subscribe(many());
        emit(0, "a");
        IOException lost = new IOException();
        fail(0, lost);
        assertThat(this.failure).isSameAs(lost);
        assertThat(note(lost).rule()).isEqualTo(Rule.EMITTED);
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void anAttemptWhoseTimeIsOverIsCancelledAndTriedAgain() {
        this.policies.attemptTimeout(MS_100).bulkhead(1, Duration.ZERO);
        subscribe(many());
        advance(MS_100);
        assertThat(this.cancelled).isEqualTo(1);
        assertThat(bulkhead().running()).isZero();
        advance(MS_100);
        this.attempts.get(1).tryEmitComplete();
        assertThat(this.completed).isTrue();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void aRefusalIsAnErrorSignalWithTheFailureBeforeIt() {
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 1, Duration.ofSeconds(9), 1))
                .retry(Policies.AT_ONCE);
        subscribe(many());
        IOException before = new IOException();
        fail(0, before);
        advance(Duration.ZERO);
        assertThat(this.failure).isInstanceOf(RejectedException.class).hasSuppressedException(before);
    }

    @Test
    void triesAgainForAnUnwantedValueOrNoneAndReturnsTheLast() {
        this.policies.results((call, result) -> result == null || result.equals("pending"));
        List<Mono<Object>> results = new ArrayList<>(List.of(Mono.just("pending"), Mono.empty(), Mono.just("pending")));
        subscribe(mono((call) -> results.remove(0)));
        advance(MS_100);
        advance(MS_100.multipliedBy(2));
        assertThat(results).isEmpty();
        assertThat(this.received).containsExactly("pending");
        assertThat(this.completed).isTrue();
    }

    @Test
    void aResultThatCannotBeJudgedIsNoFailureOfTheCallee() {
        IllegalStateException broken = new IllegalStateException("cannot judge");
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 10, MS_100, 1))
                .bulkhead(1, Duration.ZERO)
                .results((call, result) -> {
                    throw broken;
                });
        List<Mono<Object>> results = new ArrayList<>(List.of(Mono.just("done"), Mono.empty()));
        for (int call = 1; call <= 2; call++) {
            this.failure = null;
            subscribe(mono((ignored) -> results.remove(0)));
            assertThat(this.failure).isSameAs(broken).hasNoSuppressedExceptions();
            assertThat(this.time.waiting()).isZero();
            assertThat(breaker().status(this.time.nanoTime()).calls()).isEqualTo(call);
            assertThat(breaker().status(this.time.nanoTime()).failureRate()).isZero();
            assertThat(bulkhead().running()).isZero();
        }
    }

    @Test
    void cancellingTheSubscriptionCancelsTheAttemptAndTeachesTheBreakerNothing() {
        this.policies
                .breaker(BreakerSpecs.of(10, 100, 1, MS_100, 1))
                .bulkhead(1, Duration.ZERO)
                .attemptTimeout(MS_100);
        Disposable subscription = subscribe(many());
        assertThat(bulkhead().running()).isEqualTo(1);
        subscription.dispose();
        assertThat(this.cancelled).isEqualTo(1);
        assertThat(bulkhead().running()).isZero();
        assertThat(this.policies.breakers().find("chat").calls()).isZero();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void cancellingTheSubscriptionInItsWaitLeavesTheBulkheadOnlyOnce() {
        this.policies.bulkhead(2, Duration.ZERO);
        subscribe(many());
        Disposable subscription = subscribe(many());
        fail(1, new IOException());
        assertThat(bulkhead().running()).isEqualTo(1);
        subscription.dispose();
        assertThat(bulkhead().running()).as("the place of the other call").isEqualTo(1);
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void cancellingTheSubscriptionGivesUpItsTurnAndItsPermit() {
        this.policies
                .rateLimit(new RateLimitSpec(
                        10, Duration.ofSeconds(1), 2, Duration.ofSeconds(1), RateLimitSpec.Scope.INSTANCE))
                .bulkhead(1, Duration.ofSeconds(1));
        subscribe(many());
        Disposable queued = subscribe(many());
        assertThat(bulkhead().waiting()).isEqualTo(1);
        queued.dispose();
        assertThat(bulkhead().waiting()).isZero();
        assertThat(limiter().available(this.time.nanoTime())).isEqualTo(1);
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void aPlaceGrantedAtTheMomentOfTheCancellationIsGivenBack() {
        this.policies.bulkhead(1, Duration.ofSeconds(1));
        subscribe(many());
        Disposable second = subscribe(many());
        this.attempts.get(0).tryEmitComplete();
        second.dispose();
        this.executor.run();
        assertThat(bulkhead().running()).isZero();
        assertThat(this.attempts).hasSize(1);
    }

    @Test
    void aPlaceIsGivenBackIfTheSubscriptionIsCancelledBetweenItsGrantAndTheWork() {
        List<Disposable> waiting = new ArrayList<>();
        TimeSource cancelling = new ForwardingTime(this.time, () -> waiting.forEach(Disposable::dispose));
        Policies granting = new Policies(cancelling).bulkhead(1, Duration.ofSeconds(1));
        this.settled = granting.settle();
        subscribe(Flux.from(run(granting, this::attempt, true)));
        waiting.add(subscribe(Flux.from(run(granting, this::attempt, true))));
        this.attempts.get(0).tryEmitComplete();
        assertThat(bulkhead().running()).isZero();
        assertThat(this.attempts).hasSize(1);
    }

    /** Says when the timer of a wait that has come to its end is cancelled. */
    private record ForwardingTime(TimeSource time, Runnable timerCancelled) implements TimeSource {

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
            this.time.sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            Timer timer = this.time.schedule(delay, task);
            return () -> {
                this.timerCancelled.run();
                return timer.cancel();
            };
        }
    }

    @Test
    void noMoreIsAskedForThanTheSubscriberAskedForWhileTheCallWaited() {
        this.policies.bulkhead(1, Duration.ofSeconds(1));
        subscribe(many());
        BaseSubscriber<Object> slow = new BaseSubscriber<>() {

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                subscription.request(1);
            }

            @Override
            protected void hookOnNext(Object element) {
                ReactorAttemptsTests.this.received.add(element);
            }
        };
        many().subscribe(slow);
        this.attempts.get(0).tryEmitComplete();
        this.executor.run();
        emit(1, "a");
        emit(1, "b");
        assertThat(this.received).containsExactly("a");
        slow.request(1);
        assertThat(this.received).containsExactly("a", "b");
    }

    @Test
    void aCallThatIsCancelledBeforeItBeginsTakesNothing() {
        this.policies.bulkhead(1, Duration.ZERO);
        many().subscribe(new BaseSubscriber<>() {

            @Override
            protected void hookOnSubscribe(Subscription subscription) {
                cancel();
            }
        });
        assertThat(this.attempts).isEmpty();
        assertThat(bulkhead().running()).isZero();
    }

    @Test
    void theContextOfTheSubscriberReachesThePublisherOfTheMethod() {
        int[] calls = {0};
        subscribe(mono((call) -> Mono.deferContextual((context) -> {
                    calls[0]++;
                    return (calls[0] == 1) ? Mono.error(new IOException()) : Mono.just(context.get("tenant"));
                }))
                .contextWrite((context) -> context.put("tenant", "blue")));
        advance(MS_100);
        assertThat(this.received).containsExactly("blue");
    }

    @Test
    void laterAttemptsAreSubscribedWithWhatTheCallerHadBoundAndLeaveTheirThreadAsItWas() throws Exception {
        List<String> seen = new ArrayList<>();
        try (Scope correlation = Correlation.open("abc");
                Scope deadline =
                        Deadline.after(Duration.ofSeconds(5), this.time).open()) {
            subscribe(mono((call) -> Mono.fromCallable(() -> {
                seen.add(MDC.get(Correlation.MDC_KEY) + " "
                        + Objects.requireNonNull(Deadline.current()).remaining().toMillis());
                if (seen.size() == 1) {
                    throw new IOException();
                }
                return "done";
            })));
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
        assertThat(this.received).containsExactly("done");
    }

    @Test
    void anAttemptWhoseTimeIsOverBeforeItsMethodHasReturnedTimesOutAndKeepsItsPlaceUntilThen() throws Exception {
        this.policies
                .attemptTimeout(MS_100)
                .bulkhead(2, Duration.ZERO)
                .breaker(BreakerSpecs.of(10, 100, 10, Duration.ofSeconds(9), 1));
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Flux<Object> blocking = Flux.from(run(
                (call) -> {
                    Flux<Object> attempt = attempt(call);
                    if (call.attempts() == 1) {
                        inside.countDown();
                        goOn.await();
                    }
                    return attempt;
                },
                true));
        CompletableFuture<Void> subscribing = CompletableFuture.runAsync(() -> subscribe(blocking));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        advance(MS_100);
        assertThat(this.failure).isNull();
        assertThat(breaker().status(this.time.nanoTime()).failureRate()).isEqualTo(100);
        assertThat(bulkhead().running()).as("its method has not returned").isEqualTo(1);
        advance(MS_100);
        assertThat(this.attempts).as("tried again").hasSize(2);
        assertThat(bulkhead().running()).isEqualTo(2);
        goOn.countDown();
        subscribing.get(10, TimeUnit.SECONDS);
        assertThat(this.cancelled).as("what it returned late").isEqualTo(1);
        assertThat(bulkhead().running()).isEqualTo(1);
        emit(1, "done");
        this.attempts.get(1).tryEmitComplete();
        assertThat(this.received).containsExactly("done");
        assertThat(this.completed).isTrue();
        assertThat(bulkhead().running()).isZero();
        assertThat(this.time.waiting()).isZero();
    }

    @Test
    void aTimeThatIsOverBeforeTheMethodIsCalledIsATimeOut() {
        Policies late = new Policies(new TimeThatIsOver(this.time))
                .attemptTimeout(MS_100)
                .retry(once());
        this.settled = late.settle();
        subscribe(run(late, this::attempt, true));
        assertThat(this.failure).isInstanceOf(AttemptTimeoutException.class);
        assertThat(this.cancelled).isEqualTo(1);
    }

    @Test
    void aSubscriptionThatIsCancelledBeforeTheMethodHasReturnedKeepsItsPlaceUntilThen() throws Exception {
        this.policies.bulkhead(1, Duration.ZERO);
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Flux<Object> blocking = Flux.from(run(
                (call) -> {
                    inside.countDown();
                    goOn.await();
                    return attempt(call);
                },
                true));
        BaseSubscriber<Object> subscriber = new BaseSubscriber<>() {};
        CompletableFuture<Void> subscribing = CompletableFuture.runAsync(() -> blocking.subscribe(subscriber));
        assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
        subscriber.cancel();
        assertThat(bulkhead().running()).isEqualTo(1);
        goOn.countDown();
        subscribing.get(10, TimeUnit.SECONDS);
        assertThat(bulkhead().running()).isZero();
        assertThat(this.cancelled).isEqualTo(1);
    }

    @Test
    void anAttemptThatItsOwnElementCancelsHasLeftWhenItsSubscriberGoesOn() {
        this.policies.bulkhead(1, Duration.ZERO);
        Flux<Object> first = Flux.from(run((call) -> Flux.just("a", "b"), true)).take(1);
        subscribe(first.concatWith(Flux.from(run((call) -> Flux.just("c"), true))));
        assertThat(this.received).containsExactly("a", "c");
    }

    /** Has each time over before who schedules it goes on. */
    private record TimeThatIsOver(TimeSource time) implements TimeSource {

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
            this.time.sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            task.run();
            return () -> false;
        }
    }

    private static RetrySpec once() {
        return new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);
    }

    private CircuitBreaker breaker() {
        return Objects.requireNonNull(
                Objects.requireNonNull(this.settled).current().admission().breaker());
    }

    private Flux<Object> many() {
        return Flux.from(run(this::attempt, true));
    }

    private Flux<Object> attempt(Call call) {
        Sinks.Many<Object> attempt = Sinks.many().unicast().onBackpressureBuffer();
        this.attempts.add(attempt);
        return attempt.asFlux().doOnCancel(() -> this.cancelled++);
    }

    private Mono<Object> mono(Stage method) {
        return Mono.from(run(method, false));
    }

    private Publisher<Object> run(Stage method, boolean many) {
        if (this.settled == null) {
            this.settled = this.policies.settle();
        }
        return run(this.policies, method, many);
    }

    @SuppressWarnings("unchecked")
    private Publisher<Object> run(Policies with, Stage method, boolean many) {
        return (Publisher<Object>) new ReactorAttempts(method, Objects.requireNonNull(this.settled), with.tools(), many)
                .run(SimpleCalls.call(this.time, this.operation));
    }

    private Disposable subscribe(Publisher<Object> publisher) {
        return Flux.from(publisher)
                .subscribe(this.received::add, (error) -> this.failure = error, () -> this.completed = true);
    }

    private void emit(int attempt, Object element) {
        this.attempts.get(attempt).tryEmitNext(element).orThrow();
    }

    private void fail(int attempt, Throwable error) {
        this.attempts.get(attempt).tryEmitError(error).orThrow();
    }

    private void advance(Duration duration) {
        this.time.advance(duration);
        this.executor.run();
    }

    private static RetryStopped note(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(RetryStopped.class::isInstance)
                .map(RetryStopped.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError("not explained", failure));
    }

    private Bulkhead bulkhead() {
        return Objects.requireNonNull(
                Objects.requireNonNull(this.settled).current().admission().bulkhead());
    }

    private RateLimiter limiter() {
        return Objects.requireNonNull(
                Objects.requireNonNull(this.settled).current().admission().limiter());
    }
}
