package io.integrationkit.outbox;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Virtual time, one source of chance, and what is to happen next: all of a run follows from its seed. Whoever waits lets
 * the others go on by {@link #pass}, so one thread plays all parts, and each may be met in the middle of what it does.
 */
final class SimWorld {

    private static final int NOTED = 300;

    private final Random random;

    private final boolean noting;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::due).thenComparingLong(Event::number));

    private final Deque<String> notes = new ArrayDeque<>();

    private long now;

    private long number;

    private long fingerprint;

    private boolean faults = true;

    SimWorld(long seed, boolean noting) {
        this.noting = noting;
        this.random = new Random(seed);
    }

    long now() {
        return this.now;
    }

    void in(long nanos, Runnable action) {
        this.events.add(new Event(this.now + Math.max(0, nanos), this.number++, action));
    }

    /** Lets time pass, and all that becomes due happen. */
    void pass(long nanos) {
        long end = this.now + nanos;
        for (Event next = this.events.peek(); next != null && next.due() <= end; next = this.events.peek()) {
            this.events.remove();
            this.now = Math.max(this.now, next.due());
            this.fingerprint = this.fingerprint * 31 + this.now + next.number();
            next.action().run();
        }
        this.now = Math.max(this.now, end);
    }

    boolean chance(double probability) {
        return this.random.nextDouble() < probability;
    }

    /** As {@link #chance}, but never once faults are over. */
    boolean fault(double probability) {
        return this.faults && chance(probability);
    }

    void endFaults() {
        this.faults = false;
        note(() -> "faults are over");
    }

    boolean faults() {
        return this.faults;
    }

    int number(int from, int to) {
        return from + this.random.nextInt(to - from + 1);
    }

    long millis(int from, int to) {
        return TimeUnit.MICROSECONDS.toNanos(number(from * 1000, to * 1000));
    }

    <T> T any(List<T> candidates) {
        return candidates.get(this.random.nextInt(candidates.size()));
    }

    void note(Supplier<String> text) {
        if (this.noting) {
            this.notes.add("%9.3f %s".formatted(this.now / 1e6, text.get()));
            if (this.notes.size() > NOTED) {
                this.notes.remove();
            }
        }
    }

    /** Two runs with the same fingerprint did the same. */
    long fingerprint() {
        return this.fingerprint;
    }

    AssertionError violated(String promise) {
        return new AssertionError(
                promise + "\nThe last events, in virtual milliseconds:\n" + String.join("\n", this.notes));
    }

    private record Event(long due, long number, Runnable action) {}
}
