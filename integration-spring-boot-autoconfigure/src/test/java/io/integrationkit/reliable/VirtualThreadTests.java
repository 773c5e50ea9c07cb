package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.RateLimitSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Many more calls wait than there are carriers: if a wait pinned its carrier, they would wait one after the other. Their
 * waits together would take hours.
 */
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "virtual threads come with Java 21")
@Timeout(120)
class VirtualThreadTests {

    private static final int CALLS = 10_000;

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final TimeSource time = TimeSource.system();

    private final Policies policies = new Policies(this.time).retry(once());

    private final Operation operation = SimpleCalls.operation(this, "work");

    String work() {
        return "done";
    }

    @Test
    void waitInTheBackOff() throws Exception {
        Duration second = Duration.ofSeconds(1);
        this.policies.retry(new RetrySpec(2, second, second, 1, Jitter.NONE, null));
        assertAllEnd((call) -> {
            if (call.attempts() == 1) {
                throw new IOException();
            }
            return "done";
        });
    }

    @Test
    void waitForTheRateLimit() throws Exception {
        this.policies.rateLimit(
                new RateLimitSpec(5000, Duration.ofSeconds(1), 1, MINUTE, RateLimitSpec.Scope.INSTANCE));
        assertAllEnd((call) -> "done");
    }

    @Test
    void waitForAPlaceWhileOtherThreadsGoOn() throws Exception {
        this.policies.bulkhead(1, MINUTE);
        CountDownLatch others = new CountDownLatch(CALLS / 10);
        AtomicInteger first = new AtomicInteger();
        try (Closing beside = new Closing(virtualThreads())) {
            assertAllEnd((call) -> {
                if (first.getAndIncrement() == 0) {
                    for (int i = 0; i < CALLS / 10; i++) {
                        beside.executor().execute(others::countDown);
                    }
                    assertThat(others.await(30, TimeUnit.SECONDS)).isTrue();
                }
                return "done";
            });
        }
    }

    @Test
    void anAttemptWhoseTimeIsOverIsInterrupted() throws Exception {
        this.policies.attemptTimeout(Duration.ofMillis(50));
        SettledPolicy settled = this.policies.settle();
        Attempts attempts = new Attempts(
                (call) -> {
                    this.time.sleep(MINUTE);
                    return "too late";
                },
                settled,
                this.policies.tools());
        try (Closing threads = new Closing(virtualThreads())) {
            assertThat(threads.executor().submit(() -> {
                        try {
                            return attempts.run(SimpleCalls.call(this.time, this.operation));
                        } catch (Throwable failure) {
                            return failure.getClass() + " "
                                    + Thread.currentThread().isInterrupted();
                        }
                    }))
                    .succeedsWithin(Duration.ofSeconds(20))
                    .isEqualTo(AttemptTimeoutException.class + " false");
        }
    }

    private void assertAllEnd(Stage method) throws Exception {
        SettledPolicy settled = this.policies.settle();
        Attempts attempts = new Attempts(method, settled, this.policies.tools());
        CountDownLatch done = new CountDownLatch(CALLS);
        try (Closing threads = new Closing(virtualThreads())) {
            for (int i = 0; i < CALLS; i++) {
                threads.executor().submit(() -> {
                    try {
                        if ("done".equals(attempts.run(SimpleCalls.call(this.time, this.operation)))) {
                            done.countDown();
                        }
                        return null;
                    } catch (Throwable failure) {
                        throw new IllegalStateException(failure);
                    }
                });
            }
            assertThat(done.await(60, TimeUnit.SECONDS))
                    .as("%d calls are left", done.getCount())
                    .isTrue();
        }
    }

    private static RetrySpec once() {
        return new RetrySpec(1, Duration.ZERO, Duration.ZERO, 1, Jitter.NONE, null);
    }

    /** Not known to the release that the tests are compiled for. */
    private static ExecutorService virtualThreads() throws ReflectiveOperationException {
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }

    private record Closing(ExecutorService executor) implements AutoCloseable {

        @Override
        public void close() {
            this.executor.shutdownNow();
        }
    }
}
