package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.context.Correlation;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.AttemptTimeoutException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.RetryStopped;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.AsyncConfigurer;
import org.springframework.scheduling.annotation.EnableAsync;

/** What users of other libraries complain about, by the numbers of the table in {@code docs/limits.md}. */
class ComplaintTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AopAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class))
            .withBean("time", ManualTime.class, ManualTime::new)
            .withBean("bank", Bank.class)
            .withPropertyValues(
                    "integration.reliable.defaults.max-attempts=3",
                    "integration.reliable.defaults.jitter=none",
                    "integration.reliable.policies.narrow.bulkhead.max-concurrent=1",
                    "integration.reliable.policies.thrifty.base-delay=0ms",
                    "integration.reliable.policies.thrifty.circuit-breaker.enabled=false",
                    "integration.reliable.policies.thrifty.retry-budget.percent=0",
                    "integration.reliable.policies.thrifty.retry-budget.min-per-second=1",
                    "integration.reliable.policies.slow.base-delay=60s",
                    "integration.reliable.policies.slow.max-delay=60s");

    @Test
    void complaint1_anOutageDoesNotMultiplyTheLoad() {
        run((bank, time) -> {
            List<Throwable> failures = new ArrayList<>();
            for (int call = 0; call < 100; call++) {
                failures.add(catchThrowable(() -> bank.thrifty(() -> {
                    throw refused();
                })));
            }
            assertThat(bank.attempts() - 100).as("retries").isBetween(1, 10);
            assertThat(failures.get(99).getSuppressed()[0])
                    .isInstanceOfSatisfying(
                            RetryStopped.class,
                            (stopped) -> assertThat(stopped.rule()).isEqualTo(RetryStopped.Rule.BUDGET));
        });
    }

    @Test
    void complaint4_aBlockingCallIsAskedToStopWhenItsTimeIsOver() {
        run((bank, time) -> {
            Throwable failure = catchThrowable(() -> bank.timed(() -> {
                time.advance(Duration.ofSeconds(1));
                return waitForever();
            }));
            assertThat(failure).isInstanceOf(AttemptTimeoutException.class);
            assertThat(bank.attempts()).isEqualTo(3);
            assertThat(Thread.interrupted()).isFalse();
        });
    }

    @Test
    void complaint5_timeoutKeepsTheBulkheadPlaceWhileTheWorkGoesOn() {
        run((bank, time) -> {
            List<Throwable> meanwhile = new ArrayList<>();
            String answer = bank.timed(() -> {
                time.advance(Duration.ofSeconds(1));
                meanwhile.add(onAnotherThread(() -> bank.narrow(() -> "second")));
                return "late";
            });
            assertThat(answer).isEqualTo("late");
            assertThat(meanwhile).singleElement().satisfies(ComplaintTests::isBulkheadFull);
            assertThat(Thread.interrupted()).isFalse();
            assertThat(bank.narrow(() -> "third")).isEqualTo("third");
        });
    }

    @Test
    void complaint6_aFallbackAnswersAfterTheAttemptsAndNotInsteadOfThem() {
        run((bank, time) -> {
            assertThat(bank.withFallback(() -> {
                        throw refused();
                    }))
                    .isEqualTo("fallback");
            assertThat(bank.attempts()).isEqualTo(3);
        });
    }

    @Test
    void complaint7_ownRefusalsDoNotOpenTheCircuitBreaker() {
        this.runner.run((context) -> {
            Bank bank = context.getBean(Bank.class);
            bank.narrow(() -> {
                for (int call = 0; call < 200; call++) {
                    assertThat(onAnotherThread(() -> bank.narrow(() -> "refused")))
                            .satisfies(ComplaintTests::isBulkheadFull);
                }
                return "first";
            });
            CircuitBreakerStatus breaker =
                    context.getBean(CircuitBreakers.class).find("narrow");
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
            assertThat(breaker.calls()).isEqualTo(1);
        });
    }

    @Test
    void complaint13_theCorrelationIdIsTheSameInEveryAttemptAlsoOnOtherThreads() {
        run((bank, time) -> {
            List<@Nullable String> ids = new CopyOnWriteArrayList<>();
            bank.plain(() -> {
                ids.add(Correlation.current());
                ids.add(MDC.get("correlationId"));
                return failTwice(ids.size() / 2);
            });
            assertThat(ids).hasSize(6).doesNotContainNull();
            assertThat(ids.stream().distinct()).hasSize(1);
            ids.clear();
            CompletableFuture<String> later = bank.later(() -> {
                ids.add(Correlation.current());
                return (ids.size() < 3)
                        ? CompletableFuture.failedFuture(refused())
                        : CompletableFuture.completedFuture("later");
            });
            Awaitility.await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return later.isDone();
            });
            assertThat(later.join()).isEqualTo("later");
            assertThat(ids).hasSize(3).doesNotContainNull();
            assertThat(ids.stream().distinct()).hasSize(1);
        });
    }

    @Test
    void complaint17_minutesOfBackOffTakeNoTimeInATest() {
        run((bank, time) -> {
            assertThat(bank.slow(() -> failTwice(bank.attempts()))).isEqualTo("done");
            assertThat(time.sleeps()).containsExactly(Duration.ofMinutes(1), Duration.ofMinutes(1));
        });
    }

    @Test
    void complaint22_aFullBulkheadRefusesAtOnceAndBlocksNobodyForever() {
        run((bank, time) -> bank.narrow(() -> {
            assertThat(onAnotherThread(() -> bank.narrow(() -> "second"))).satisfies(ComplaintTests::isBulkheadFull);
            return "first";
        }));
    }

    @Test
    void complaint22_theBulkheadCountsTheWorkOfAnAsynchronousMethodAndNotItsHandingOver() {
        this.runner.withUserConfiguration(Asynchronous.class).run((context) -> {
            Bank bank = context.getBean(Bank.class);
            CountDownLatch working = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            CompletableFuture<String> first = bank.background(() -> {
                working.countDown();
                await(end);
                return "first";
            });
            await(working);
            assertThat(catchThrowable(() -> bank.narrow(() -> "second"))).satisfies(ComplaintTests::isBulkheadFull);
            end.countDown();
            assertThat(first.join()).isEqualTo("first");
            assertThat(bank.narrow(() -> "third")).isEqualTo("third");
        });
    }

    @Test
    void complaint23_theWaitsOfAFutureHoldNoThread() {
        run((bank, time) -> {
            CompletableFuture<String> later = bank.later(() -> (bank.attempts() < 3)
                    ? CompletableFuture.failedFuture(refused())
                    : CompletableFuture.completedFuture("later"));
            assertThat(later).isNotDone();
            assertThat(bank.attempts()).isEqualTo(1);
            assertThat(time.waiting()).isEqualTo(1);
            assertThat(time.sleeps()).isEmpty();
            Awaitility.await().until(() -> {
                time.advance(Duration.ofSeconds(1));
                return later.isDone();
            });
            assertThat(later.join()).isEqualTo("later");
        });
    }

    private void run(BiConsumer<Bank, ManualTime> test) {
        this.runner.run((context) -> test.accept(context.getBean(Bank.class), context.getBean(ManualTime.class)));
    }

    private static String failTwice(int attempt) {
        if (attempt < 3) {
            throw refused();
        }
        return "done";
    }

    private static UncheckedIOException refused() {
        return new UncheckedIOException(new IOException("refused"));
    }

    private static String waitForever() {
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException ex) {
            throw new UncheckedIOException(new IOException("asked to stop", ex));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** What a call on another thread ended with; waits for it also where this thread was asked to stop. */
    private static @Nullable Throwable onAnotherThread(Supplier<?> call) {
        Throwable failure =
                CompletableFuture.supplyAsync(() -> catchThrowable(call::get)).join();
        return failure;
    }

    private static void isBulkheadFull(@Nullable Throwable failure) {
        assertThat(failure)
                .isInstanceOf(RejectedException.class)
                .extracting((refusal) -> ((ProblemException) refusal).code())
                .isEqualTo(ProblemCode.BULKHEAD_FULL);
    }

    static class Bank {

        private final AtomicInteger attempts = new AtomicInteger();

        @Reliable
        public String plain(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable("narrow")
        public String narrow(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable(policy = "narrow", attemptTimeout = "500ms")
        public String timed(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable("thrifty")
        public String thrifty(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable("slow")
        public String slow(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable(fallback = "answer")
        public String withFallback(Supplier<String> work) {
            return attempt(work);
        }

        @Reliable
        public CompletableFuture<String> later(Supplier<CompletableFuture<String>> work) {
            return attempt(work);
        }

        @Reliable("narrow")
        @Async
        public CompletableFuture<String> background(Supplier<String> work) {
            return CompletableFuture.completedFuture(attempt(work));
        }

        public int attempts() {
            return this.attempts.get();
        }

        private <T> T attempt(Supplier<T> work) {
            this.attempts.incrementAndGet();
            return work.get();
        }

        private String answer() {
            return "fallback";
        }
    }

    @EnableAsync
    static class Asynchronous implements AsyncConfigurer {

        @Override
        public java.util.concurrent.Executor getAsyncExecutor() {
            return (task) -> {
                Thread thread = new Thread(task, "background");
                thread.setDaemon(true);
                thread.start();
            };
        }
    }
}
