package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.reliable.AttemptTimeoutException;
import io.integrationkit.reliable.Reliable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.publisher.Mono;

/** All threads of the application wait for results that come later: nothing that ends their wait stands behind them. */
@Timeout(60)
class FilledExecutorTests {

    private static final int CALLERS = 6;

    private final ThreadPoolExecutor pool =
            new ThreadPoolExecutor(2, 2, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), FilledExecutorTests::thread);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean("applicationTaskExecutor", Executor.class, () -> this.pool::execute)
            .withBean("callee", Callee.class)
            .withBean("front", Front.class)
            .withPropertyValues(
                    "integration.reliable.defaults.base-delay=1ms",
                    "integration.reliable.defaults.retry-budget.enabled=false",
                    "integration.reliable.defaults.circuit-breaker.enabled=false",
                    "integration.reliable.policies.crowded.bulkhead.max-concurrent=1",
                    "integration.reliable.policies.crowded.bulkhead.max-wait=30s");

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "application");
        thread.setDaemon(true);
        return thread;
    }

    @AfterEach
    void stop() {
        this.pool.shutdownNow();
    }

    @Test
    void theTimeOutsOfFuturesEndTheirCalls() {
        assertAllTimeOut((callee) -> callee.hangingFuture().join());
    }

    @Test
    void theTimeOutsOfPublishersEndTheirCalls() {
        assertAllTimeOut((callee) -> callee.hangingMono().block());
    }

    @Test
    void furtherAttemptsAreMade() {
        assertAllGet("second", (callee) -> callee.future(new AtomicInteger()).join());
        assertAllGet("second", (callee) -> callee.mono(new AtomicInteger()).block());
    }

    @Test
    void recoveriesAreMade() {
        assertAllGet("recovered", (callee) -> callee.lostFuture().join());
        assertAllGet("recovered", (callee) -> callee.lostMono().block());
    }

    @Test
    void waitsForAPlaceEnd() {
        assertAllGet("place", (callee) -> callee.crowdedFuture().join());
        assertAllGet("place", (callee) -> callee.crowdedMono().block());
    }

    @Test
    void furtherAttemptsMayThemselvesWaitForSuchResults() {
        this.runner.run((context) -> {
            Front front = context.getBean(Front.class);
            List<CompletableFuture<String>> answers = IntStream.range(0, 100)
                    .mapToObj((call) -> front.ask(new AtomicInteger()))
                    .toList();
            assertAllEnd(answers);
            assertThat(answers).allSatisfy((answer) -> assertThat(answer).isCompletedWithValue("second"));
        });
    }

    @Test
    void aStoppedApplicationStillGetsItsAnswers() {
        this.runner.run((context) -> {
            Callee callee = context.getBean(Callee.class);
            callee.future(new AtomicInteger()).join();
            callee.lostFuture().join();
            context.getSourceApplicationContext().close();
            assertThat(callee.future(new AtomicInteger()).get(10, TimeUnit.SECONDS))
                    .isEqualTo("second");
            assertThat(callee.lostFuture().get(10, TimeUnit.SECONDS)).isEqualTo("recovered");
        });
    }

    private void assertAllTimeOut(Function<Callee, String> call) {
        callers(
                call,
                (answers) -> assertThat(answers)
                        .allSatisfy((answer) -> assertThat(root(catchThrowable(answer::join)))
                                .isInstanceOf(AttemptTimeoutException.class)));
    }

    private void assertAllGet(String expected, Function<Callee, String> call) {
        callers(
                call,
                (answers) -> assertThat(answers)
                        .allSatisfy((answer) -> assertThat(answer).isCompletedWithValue(expected)));
    }

    private void callers(Function<Callee, String> call, Consumer<List<CompletableFuture<String>>> check) {
        this.runner.run((context) -> {
            Callee callee = context.getBean(Callee.class);
            List<CompletableFuture<String>> answers = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> call.apply(callee), this.pool))
                    .limit(CALLERS)
                    .toList();
            assertAllEnd(answers);
            check.accept(answers);
        });
    }

    private static void assertAllEnd(List<CompletableFuture<String>> answers) {
        assertThat(CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
                        .handle((done, failure) -> "ended"))
                .succeedsWithin(10, TimeUnit.SECONDS);
    }

    /** Under what the futures wrap it in, and above its own cause. */
    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root instanceof CompletionException && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    static class Callee {

        @Reliable(attemptTimeout = "50ms", maxAttempts = 2)
        CompletableFuture<String> hangingFuture() {
            return new CompletableFuture<>();
        }

        @Reliable(attemptTimeout = "50ms", maxAttempts = 2)
        Mono<String> hangingMono() {
            return Mono.never();
        }

        @Reliable
        CompletableFuture<String> future(AtomicInteger attempts) {
            return (attempts.incrementAndGet() == 1)
                    ? CompletableFuture.failedFuture(new IOException())
                    : answer("second");
        }

        @Reliable
        Mono<String> mono(AtomicInteger attempts) {
            return (attempts.incrementAndGet() == 1) ? Mono.error(new IOException()) : Mono.just("second");
        }

        private static CompletableFuture<String> answer(String value) {
            return CompletableFuture.completedFuture(value);
        }

        @Reliable(maxAttempts = 1, fallback = "recovered")
        CompletableFuture<String> lostFuture() {
            return CompletableFuture.failedFuture(new IOException());
        }

        CompletableFuture<String> recovered() {
            return answer("recovered");
        }

        @Reliable(maxAttempts = 1, fallback = "recoveredMono")
        Mono<String> lostMono() {
            return Mono.error(new IOException());
        }

        Mono<String> recoveredMono() {
            return Mono.just("recovered");
        }

        @Reliable("crowded")
        CompletableFuture<String> crowdedFuture() {
            return later();
        }

        @Reliable("crowded")
        Mono<String> crowdedMono() {
            return Mono.fromFuture(Callee::later);
        }

        private static CompletableFuture<String> later() {
            return new CompletableFuture<String>().completeOnTimeout("place", 20, TimeUnit.MILLISECONDS);
        }
    }

    static class Front {

        private final Callee callee;

        Front(Callee callee) {
            this.callee = callee;
        }

        /** A further attempt that holds its thread. */
        @Reliable
        CompletableFuture<String> ask(AtomicInteger attempts) {
            return (attempts.incrementAndGet() == 1)
                    ? CompletableFuture.failedFuture(new IOException())
                    : CompletableFuture.completedFuture(
                            this.callee.future(new AtomicInteger()).join());
        }
    }
}
