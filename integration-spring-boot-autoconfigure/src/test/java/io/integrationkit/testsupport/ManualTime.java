package io.integrationkit.testsupport;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A clock that moves when the test says so, or when somebody sleeps by it. What was scheduled runs on the thread that
 * moves the clock. Its monotonic reading overflows after a millisecond, as a real one may at any time.
 */
public final class ManualTime implements TimeSource {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final long ORIGIN = Long.MAX_VALUE - 1_000_000;

    private final List<Duration> sleeps = new ArrayList<>();

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::due).thenComparingLong(Task::number));

    private long elapsed;

    private long scheduled;

    @Override
    public synchronized Instant now() {
        return START.plusNanos(this.elapsed);
    }

    @Override
    public synchronized long nanoTime() {
        return ORIGIN + this.elapsed;
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
        Task added = new Task(this.elapsed + Math.max(0, delay.toNanos()), this.scheduled++, task);
        this.tasks.add(added);
        return () -> cancel(added);
    }

    private synchronized boolean cancel(Task task) {
        return this.tasks.remove(task);
    }

    /** Moves the clock forward and runs what becomes due, each at its own time. */
    public void advance(Duration duration) {
        long end;
        synchronized (this) {
            end = this.elapsed + Math.max(0, duration.toNanos());
        }
        while (true) {
            Task due;
            synchronized (this) {
                due = this.tasks.peek();
                if (due == null || due.due() > end) {
                    this.elapsed = Math.max(this.elapsed, end);
                    return;
                }
                this.tasks.remove();
                this.elapsed = Math.max(this.elapsed, due.due());
            }
            due.action().run();
        }
    }

    /** How long somebody slept, each time. */
    public synchronized List<Duration> sleeps() {
        return List.copyOf(this.sleeps);
    }

    /** How many tasks wait for their time. */
    public synchronized int waiting() {
        return this.tasks.size();
    }

    private record Task(long due, long number, Runnable action) {}
}
