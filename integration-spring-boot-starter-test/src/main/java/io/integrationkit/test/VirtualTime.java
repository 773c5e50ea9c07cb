package io.integrationkit.test;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A time source that the test owns: {@link #sleep} returns at once and moves the time forward, so that back-off,
 * deadlines and open breakers take no time to test; what was scheduled runs when the time is moved. Give it to the application as its {@code TimeSource} bean:
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

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));

    private Duration elapsed = Duration.ZERO;

    private long scheduled;

    @Override
    public synchronized Instant now() {
        return START.plus(this.elapsed);
    }

    @Override
    public synchronized long nanoTime() {
        return this.elapsed.toNanos();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        synchronized (this) {
            this.sleeps.add(duration);
        }
        advance(duration);
    }

    @Override
    public synchronized Timer schedule(Duration delay, Runnable task) {
        Task added = new Task(this.elapsed.plus(delay.isNegative() ? Duration.ZERO : delay), this.scheduled++, task);
        this.tasks.add(added);
        return () -> cancel(added);
    }

    private synchronized boolean cancel(Task task) {
        return this.tasks.remove(task);
    }

    /**
     * Moves the time forward. What was scheduled and becomes due runs on this thread, in its order and each at its own
     * time.
     *
     * @param duration how far; nothing happens if it is negative
     */
    public void advance(Duration duration) {
        Duration end;
        synchronized (this) {
            end = duration.isNegative() ? this.elapsed : this.elapsed.plus(duration);
        }
        for (Task task = nextUntil(end); task != null; task = nextUntil(end)) {
            task.action().run();
        }
    }

    private synchronized @Nullable Task nextUntil(Duration end) {
        Task next = this.tasks.peek();
        if (next == null || next.due().compareTo(end) > 0) {
            this.elapsed = later(end);
            return null;
        }
        this.tasks.remove();
        this.elapsed = later(next.due());
        return next;
    }

    private Duration later(Duration moment) {
        return (moment.compareTo(this.elapsed) > 0) ? moment : this.elapsed;
    }

    /**
     * Returns how long anyone slept, call by call.
     *
     * @return a copy, in the order of the calls
     */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(this.sleeps);
    }

    private record Task(Duration due, Long number, Runnable action) {}
}
