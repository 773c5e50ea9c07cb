package io.integrationkit.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ExpiredRowsTests {

    private static final Duration SOON = Duration.ofMillis(1);

    @Test
    void batchesAreDeletedUntilOneIsNotFull() throws Exception {
        AtomicInteger left = new AtomicInteger(2 * ExpiredRows.BATCH + 1);
        BlockingQueue<Integer> batches = new LinkedBlockingQueue<>();
        ExpiredRows expired = new ExpiredRows(
                "rows",
                (limit) -> {
                    int deleted = Math.min(limit, left.get());
                    left.addAndGet(-deleted);
                    batches.add(deleted);
                    return deleted;
                },
                SOON);
        expired.start();
        assertThat(batches.poll(10, TimeUnit.SECONDS)).isEqualTo(ExpiredRows.BATCH);
        assertThat(batches.poll(10, TimeUnit.SECONDS)).isEqualTo(ExpiredRows.BATCH);
        assertThat(batches.poll(10, TimeUnit.SECONDS)).isEqualTo(1);
        expired.stop();
        assertThat(expired.isRunning()).isFalse();
    }

    @Test
    void aFailureIsLoggedAndDoesNotEndTheCleanUp(CapturedOutput output) throws Exception {
        CountDownLatch secondRun = new CountDownLatch(2);
        ExpiredRows expired = new ExpiredRows(
                "things",
                (limit) -> {
                    secondRun.countDown();
                    throw new IllegalStateException("database away");
                },
                SOON);
        expired.start();
        assertThat(secondRun.await(10, TimeUnit.SECONDS)).isTrue();
        expired.stop();
        assertThat(output).contains("Expired things could not be deleted").contains("database away");
    }

    @Test
    void startAndStopMayBeSaidTwice() {
        ExpiredRows expired = new ExpiredRows("rows", (limit) -> 0, Duration.ofDays(1));
        expired.start();
        expired.start();
        assertThat(expired.isRunning()).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn((thread) -> thread.getName().equals("integration-expired-rows"))
                .hasSizeLessThanOrEqualTo(1)
                .allMatch(Thread::isDaemon);
        expired.stop();
        expired.stop();
        assertThat(expired.isRunning()).isFalse();
    }
}
