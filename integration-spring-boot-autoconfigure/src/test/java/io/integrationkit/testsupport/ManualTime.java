package io.integrationkit.testsupport;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A clock that moves when the test says so, or when somebody sleeps by it. */
public final class ManualTime implements TimeSource {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Duration> sleeps = new ArrayList<>();

    private long nanos;

    @Override
    public synchronized Instant now() {
        return START.plusNanos(this.nanos);
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
        this.nanos += duration.toNanos();
    }

    /** Moves the clock forward. */
    public synchronized void advance(Duration duration) {
        this.nanos += duration.toNanos();
    }

    /** How long somebody slept, each time. */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(this.sleeps);
    }
}
