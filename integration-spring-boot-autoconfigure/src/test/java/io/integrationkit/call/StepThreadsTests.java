package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@Timeout(30)
class StepThreadsTests {

    private static final int VIRTUAL = 24;

    private final ClassLoader classLoader = new ClassLoader() {};

    private final StepThreads threads = new StepThreads(this.classLoader);

    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void stop() {
        this.goOn.countDown();
        this.threads.close();
    }

    @Test
    void areDaemonsWithTheContextClassLoaderOfTheApplication() throws Exception {
        assertThat(inStep(() -> Thread.currentThread().isDaemon())).isTrue();
        assertThat(inStep(() -> Thread.currentThread().getContextClassLoader())).isSameAs(this.classLoader);
        assertThat(inStep(() -> Thread.currentThread().getName())).startsWith("integration-step-");
    }

    @Test
    void inheritNothingFromTheThreadThatHandsThemAStep() throws Exception {
        InheritableThreadLocal<String> identity = new InheritableThreadLocal<>();
        identity.set("of another call");
        try {
            assertThat(inStep(() -> String.valueOf(identity.get()))).isEqualTo("null");
        } finally {
            identity.remove();
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23, disabledReason = "virtual threads are not counted")
    void areBounded() throws Exception {
        fill();
        assertThatExceptionOfType(RejectedExecutionException.class)
                .isThrownBy(() -> this.threads.executor().execute(() -> {}));
    }

    @Test
    @EnabledForJreRange(minVersion = VIRTUAL, disabledReason = "a wait in a monitor holds a virtual thread's carrier")
    void areVirtualAndNeverAllBusy() throws Exception {
        fill();
        assertThat(inStep(() -> Thread.currentThread().toString())).startsWith("VirtualThread[");
    }

    @Test
    void letStepsUnderWayEndWhenTheyAreClosed() throws Exception {
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        CountDownLatch inside = new CountDownLatch(1);
        this.threads.executor().execute(() -> {
            inside.countDown();
            try {
                this.goOn.await();
                interrupted.complete(false);
            } catch (InterruptedException ex) {
                interrupted.complete(true);
            }
        });
        inside.await();
        this.threads.close();
        this.goOn.countDown();
        assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
    }

    private void fill() throws InterruptedException {
        CountDownLatch inside = new CountDownLatch(StepThreads.MOST);
        for (int i = 0; i < StepThreads.MOST; i++) {
            this.threads.executor().execute(() -> {
                inside.countDown();
                try {
                    this.goOn.await();
                } catch (InterruptedException ex) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        inside.await();
    }

    private <T> T inStep(Supplier<T> step) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        this.threads.executor().execute(() -> result.complete(step.get()));
        return result.get(10, TimeUnit.SECONDS);
    }
}
