package io.integrationkit.test;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A time source that the test owns: {@link #sleep} returns at once and moves the time forward, so that back-off,
 * deadlines and open breakers take no time to test. Give it to the application as its {@code TimeSource} bean:
 *
 * <pre>{@code
 * @TestConfiguration
 * static class Time {
 *     @Bean
 *     VirtualTime time() {
 *         return new VirtualTime();
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by any number of threads.
 */
public final class VirtualTime implements TimeSource {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final List<Duration> sleeps = new ArrayList<>();

    private Duration elapsed = Duration.ZERO;

    @Override
    public synchronized Instant now() {
        return START.plus(this.elapsed);
    }

    @Override
    public synchronized long nanoTime() {
        return this.elapsed.toNanos();
    }

    @Override
    public synchronized void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        this.sleeps.add(duration);
        advance(duration);
    }

    /**
     * Moves the time forward.
     *
     * @param duration how far; nothing happens if it is negative
     */
    public synchronized void advance(Duration duration) {
        if (!duration.isNegative()) {
            this.elapsed = this.elapsed.plus(duration);
        }
    }

    /**
     * Returns how long anyone slept, call by call.
     *
     * @return a copy, in the order of the calls
     */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(this.sleeps);
    }
}
