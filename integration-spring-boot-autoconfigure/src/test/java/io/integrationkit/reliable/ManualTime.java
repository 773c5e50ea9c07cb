package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that moves when it is told to, or when somebody sleeps on it. */
public final class ManualTime implements TimeSource {

    private final List<Duration> sleeps = new ArrayList<>();

    private long nanos = Long.MAX_VALUE - 1_000_000;

    @Override
    public synchronized Instant now() {
        return Instant.EPOCH.plusNanos(this.nanos);
    }

    @Override
    public synchronized long nanoTime() {
        return this.nanos;
    }

    @Override
    public synchronized void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        this.sleeps.add(duration);
        advance(duration);
    }

    public synchronized void advance(Duration duration) {
        this.nanos += duration.toNanos();
    }

    public synchronized List<Duration> sleeps() {
        return List.copyOf(this.sleeps);
    }
}
