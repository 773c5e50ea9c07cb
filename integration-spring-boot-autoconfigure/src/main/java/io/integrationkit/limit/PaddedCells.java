package io.integrationkit.limit;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Atomic numbers in cells that lie far enough apart that two cores never fight for one cache line. Who counts has a home
 * cell, found by the number of its stripe; stripes of consecutive numbers have different ones.
 */
final class PaddedCells {

    /** Longs in 128 bytes: the line, and the one that is fetched with it. */
    private static final int LINE = 16;

    private static final int MOST = 64;

    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    private final int count;

    private final int stride;

    private final AtomicLongArray numbers;

    /**
     * Creates cells full of zeros.
     *
     * @param count number of cells, a power of two
     * @param slots numbers in each cell
     */
    PaddedCells(int count, int slots) {
        this.count = count;
        this.stride = (slots + 2 * LINE - 2) / LINE * LINE;
        this.numbers = new AtomicLongArray(LINE + count * this.stride);
    }

    /** The number of cells that leaves a thread of this machine mostly alone in its own; a power of two. */
    static int forThisMachine() {
        int wanted = 2 * Runtime.getRuntime().availableProcessors();
        return Math.min(MOST, Math.max(4, Integer.highestOneBit(wanted - 1) * 2));
    }

    /** A stripe for the calling thread, where nobody has given it one. */
    static int stripeOfThread() {
        return (int) ((Thread.currentThread().getId() * GOLDEN_RATIO) >>> 32);
    }

    /** The home cell of a stripe among the first {@code count} cells, a power of two. */
    static int home(int stripe, int count) {
        return stripe & (count - 1);
    }

    int count() {
        return this.count;
    }

    long get(int cell) {
        return get(cell, 0);
    }

    long get(int cell, int slot) {
        return this.numbers.get(index(cell, slot));
    }

    boolean replace(int cell, long expected, long next) {
        return replace(cell, 0, expected, next);
    }

    boolean replace(int cell, int slot, long expected, long next) {
        return this.numbers.compareAndSet(index(cell, slot), expected, next);
    }

    void set(int cell, long value) {
        this.numbers.set(index(cell, 0), value);
    }

    void add(int cell, long delta) {
        this.numbers.getAndAdd(index(cell, 0), delta);
    }

    private int index(int cell, int slot) {
        return LINE + cell * this.stride + slot;
    }
}
