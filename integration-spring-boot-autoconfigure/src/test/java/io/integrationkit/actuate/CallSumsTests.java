package io.integrationkit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class CallSumsTests {

    private static final int STRIPE = 3;

    private final CallSums sums = new CallSums();

    @Test
    void addsUpCallsAndTime() {
        this.sums.add(STRIPE, 3);
        this.sums.add(STRIPE, 0);
        this.sums.add(STRIPE, 4);
        assertThat(this.sums.calls()).isEqualTo(3);
        assertThat(this.sums.nanos()).isEqualTo(7);
    }

    @Test
    void losesNothingWhenACellHasManyCalls() {
        for (int i = 0; i < 3_000_000; i++) {
            this.sums.add(STRIPE, 2);
        }
        assertThat(this.sums.calls()).isEqualTo(3_000_000);
        assertThat(this.sums.nanos()).isEqualTo(6_000_000);
    }

    @Test
    void losesNothingWhenCallsTakeLong() {
        long seconds = Duration.ofSeconds(16).toNanos();
        long hour = Duration.ofHours(1).toNanos();
        for (int i = 0; i < 3_000; i++) {
            this.sums.add(STRIPE, seconds);
            this.sums.add(STRIPE, hour);
        }
        assertThat(this.sums.calls()).isEqualTo(6_000);
        assertThat(this.sums.nanos()).isEqualTo(3_000 * (seconds + hour));
    }

    @Test
    void aClockThatWentBackAddsNoTime() {
        this.sums.add(STRIPE, -5);
        assertThat(this.sums.calls()).isEqualTo(1);
        assertThat(this.sums.nanos()).isZero();
    }

    @Test
    void threadsLoseNothingAndReadersNeverSeeItFall() throws Exception {
        int threads = 4;
        int calls = 1_000_000;
        CyclicBarrier start = new CyclicBarrier(threads + 1);
        List<FutureTask<Void>> work = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int stripe = i / 2;
            work.add(new FutureTask<>(() -> {
                start.await();
                for (int call = 0; call < calls; call++) {
                    this.sums.add(stripe, 1_000);
                }
                return null;
            }));
        }
        work.forEach((task) -> new Thread(task).start());
        start.await();
        long before = 0;
        while (work.stream().anyMatch((task) -> !task.isDone())) {
            long now = this.sums.calls();
            assertThat(now).isBetween(before, (long) threads * calls);
            before = now;
        }
        for (FutureTask<Void> task : work) {
            task.get();
        }
        assertThat(this.sums.calls()).isEqualTo((long) threads * calls);
        assertThat(this.sums.nanos()).isEqualTo(1_000L * threads * calls);
    }
}
