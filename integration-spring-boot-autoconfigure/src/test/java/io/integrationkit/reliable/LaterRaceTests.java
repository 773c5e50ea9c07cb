package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.breaker.CircuitBreaker;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.limit.Bulkhead;
import io.integrationkit.testsupport.BreakerSpecs;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** Two things happen to one call at once: it has one outcome, and nothing that it took is lost. */
@ParameterizedClass
@MethodSource(Rounds.ALL)
@Timeout(60)
class LaterRaceTests {

    private static final int RACES = Rounds.share(2000);

    private static final Duration MS_10 = Duration.ofMillis(10);

    private final ManualTime time = new ManualTime();

    private final RetrySpec once = new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);

    private final Policies policies = new Policies(this.time)
            .retry(this.once)
            .breaker(BreakerSpecs.of(10, 100, 10, MS_10, 1))
            .attemptTimeout(MS_10)
            .bulkhead(1, Duration.ofHours(1));

    private SettledPolicy settled = this.policies.settle();

    private final Operation operation = SimpleCalls.operation(this, "work");

    private final CyclicBarrier start = new CyclicBarrier(2);

    private final ExecutorService other = Executors.newSingleThreadExecutor();

    LaterRaceTests(int round) {
        assertThat(round).isPositive();
    }

    String work() {
        return "done";
    }

    @AfterEach
    void stop() {
        this.other.shutdownNow();
    }

    @Test
    void aFutureIsCancelledAndCompletedAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            CompletableFuture<Object> work = new CompletableFuture<>();
            CompletableFuture<?> answer = future((call) -> work);
            race(() -> answer.cancel(true), () -> work.complete("done"));
            assertThat(answer).isDone();
            assertNothingIsLost();
        }
    }

    @Test
    void aFutureEndsAndItsTimeIsOverAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            CompletableFuture<Object> work = new CompletableFuture<>();
            AtomicInteger outcomes = new AtomicInteger();
            CompletableFuture<?> answer = future((call) -> work);
            answer.whenComplete((result, failure) -> outcomes.incrementAndGet());
            race(() -> this.time.advance(MS_10), () -> work.complete("done"));
            assertThat(outcomes).hasValue(1);
            assertNothingIsLost();
        }
    }

    @Test
    void aFutureIsCancelledAndGrantedItsPlaceAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            CompletableFuture<Object> first = new CompletableFuture<>();
            future((call) -> first);
            CompletableFuture<Object> work = new CompletableFuture<>();
            CompletableFuture<?> answer = future((call) -> work);
            race(() -> answer.cancel(true), () -> first.complete("done"));
            assertThat(answer).isCancelled();
            assertNothingIsLost();
        }
    }

    @Test
    void aSubscriptionIsCancelledAndCompletedAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Sinks.Many<Object> work = Sinks.many().unicast().onBackpressureBuffer();
            Disposable subscription = flux((call) -> work.asFlux()).subscribe();
            race(subscription::dispose, work::tryEmitComplete);
            assertNothingIsLost();
        }
    }

    @Test
    void aSubscriptionEndsAndItsTimeIsOverAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Sinks.Many<Object> work = Sinks.many().unicast().onBackpressureBuffer();
            AtomicInteger outcomes = new AtomicInteger();
            flux((call) -> work.asFlux())
                    .subscribe((element) -> {}, (failure) -> outcomes.incrementAndGet(), outcomes::incrementAndGet);
            race(() -> this.time.advance(MS_10), work::tryEmitComplete);
            assertThat(outcomes).hasValue(1);
            assertNothingIsLost();
        }
    }

    @Test
    void aSubscriptionIsCancelledAndGrantedItsPlaceAtOnce() throws Exception {
        for (int i = 0; i < RACES; i++) {
            Sinks.Many<Object> first = Sinks.many().unicast().onBackpressureBuffer();
            flux((call) -> first.asFlux()).subscribe();
            Disposable subscription = flux((call) -> Flux.never()).subscribe();
            race(subscription::dispose, first::tryEmitComplete);
            assertNothingIsLost();
        }
    }

    @Test
    void theProbeOfAFutureThatIsCancelledAndGrantedItsPlaceAtOnceIsGivenBack() throws Exception {
        this.settled = probing();
        for (int i = 0; i < RACES; i++) {
            CompletableFuture<Object> first = new CompletableFuture<>();
            future((call) -> first);
            awaitProbe();
            CompletableFuture<?> answer = future((call) -> new CompletableFuture<>());
            race(() -> answer.cancel(true), () -> first.complete("done"));
            assertTheProbeIsFree();
            assertNothingIsLost();
        }
    }

    @Test
    void theProbeOfASubscriptionThatIsCancelledAndGrantedItsPlaceAtOnceIsGivenBack() throws Exception {
        this.settled = probing();
        for (int i = 0; i < RACES; i++) {
            Sinks.Many<Object> first = Sinks.many().unicast().onBackpressureBuffer();
            flux((call) -> first.asFlux()).subscribe();
            awaitProbe();
            Disposable subscription = flux((call) -> Flux.never()).subscribe();
            race(subscription::dispose, first::tryEmitComplete);
            assertTheProbeIsFree();
            assertNothingIsLost();
        }
    }

    private SettledPolicy probing() {
        return new Policies(this.time)
                .retry(this.once)
                .breaker(BreakerSpecs.of(10, 100, 1, MS_10, 1))
                .bulkhead(1, Duration.ofHours(1))
                .settle();
    }

    /** One failure opens the circuit; when its time is over the next call is the only probe. */
    private void awaitProbe() {
        breaker().failed(breaker().tryAcquire(this.time.nanoTime()), 0, this.time.nanoTime());
        this.time.advance(MS_10);
    }

    private void assertTheProbeIsFree() {
        long probe = breaker().tryAcquire(this.time.nanoTime());
        assertThat(probe).isNotEqualTo(CircuitBreaker.REFUSED);
        breaker().succeeded(probe, 0, this.time.nanoTime());
        assertThat(breaker().status(this.time.nanoTime()).state()).isEqualTo(CircuitState.CLOSED);
    }

    private CircuitBreaker breaker() {
        return Objects.requireNonNull(this.settled.current().admission().breaker());
    }

    private void assertNothingIsLost() {
        Bulkhead bulkhead =
                Objects.requireNonNull(this.settled.current().admission().bulkhead());
        assertThat(bulkhead.running()).isZero();
        assertThat(bulkhead.waiting()).isZero();
        assertThat(this.time.waiting()).isZero();
    }

    private void race(Runnable one, Runnable another) throws Exception {
        Future<?> beside = this.other.submit(() -> {
            this.start.await(10, TimeUnit.SECONDS);
            another.run();
            return null;
        });
        this.start.await(10, TimeUnit.SECONDS);
        one.run();
        beside.get(10, TimeUnit.SECONDS);
    }

    private CompletableFuture<?> future(Stage method) {
        return (CompletableFuture<?>) new FutureAttempts(method, this.settled, this.policies.tools())
                .run(SimpleCalls.call(this.time, this.operation));
    }

    private Flux<?> flux(Stage method) {
        return (Flux<?>) new ReactorAttempts(method, this.settled, this.policies.tools(), true)
                .run(SimpleCalls.call(this.time, this.operation));
    }
}
