package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.Deadline;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class VirtualTimeTests {

    private final VirtualTime time = new VirtualTime();

    @Test
    void sleepingMovesTheTimeAndTakesNone() throws Exception {
        Instant before = this.time.now();
        long nanos = this.time.nanoTime();
        this.time.sleep(Duration.ofDays(1));
        assertThat(this.time.now()).isEqualTo(before.plus(Duration.ofDays(1)));
        assertThat(this.time.nanoTime() - nanos).isEqualTo(Duration.ofDays(1).toNanos());
        assertThat(this.time.sleeps()).containsExactly(Duration.ofDays(1));
    }

    @Test
    void anInterruptedThreadDoesNotSleep() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> this.time.sleep(Duration.ofSeconds(1)));
        assertThat(this.time.sleeps()).isEmpty();
    }

    @Test
    void aDeadlineFollowsTheTimeOfTheTest() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(5), this.time);
        this.time.advance(Duration.ofSeconds(4));
        assertThat(deadline.expired()).isFalse();
        this.time.advance(Duration.ofSeconds(1));
        assertThat(deadline.expired()).isTrue();
    }
}
