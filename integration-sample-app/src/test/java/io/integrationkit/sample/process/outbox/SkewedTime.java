package io.integrationkit.sample.process.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * The machine's time, with a wall clock that is wrong.
 *
 * @param skew how much later the wall clock is; negative for earlier
 */
record SkewedTime(Duration skew) implements TimeSource {

    @Override
    public Instant now() {
        return TimeSource.system().now().plus(this.skew);
    }

    @Override
    public long nanoTime() {
        return TimeSource.system().nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        TimeSource.system().sleep(duration);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return TimeSource.system().schedule(delay, task);
    }
}
