package io.integrationkit.actuate;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Number and total time of calls, for one atomic addition a call. Both are parts of one number, the calls above the
 * nanoseconds; before one part can grow into the other, the number is folded into sums of their own. Threads add to
 * cells that do not share a cache line.
 *
 * <p>What is read never falls, though for a moment a part that is being folded is in neither place.
 */
final class CallSums {

    private static final int NANOS_BITS = 44;

    private static final long NANOS = (1L << NANOS_BITS) - 1;

    private static final long ONE_CALL = 1L << NANOS_BITS;

    /** About 17 seconds; a longer call is added to the sums at once, so that no cell fills up with a few of them. */
    private static final long LONGEST = 1L << 34;

    /** Half of what each part can hold: room for whoever adds before the cell is folded. */
    private static final long MANY_CALLS = 1L << (63 - NANOS_BITS);

    private static final long MUCH_TIME = 1L << (NANOS_BITS - 1);

    /** Longs from one cell to the next: 128 bytes, two cache lines, since processors fetch them in pairs. */
    private static final int STRIDE = 16;

    private static final int CELLS =
            Integer.highestOneBit(2 * Math.min(64, Runtime.getRuntime().availableProcessors()));

    private final AtomicLongArray cells = new AtomicLongArray((CELLS + 1) * STRIDE);

    private final LongAdder foldedCalls = new LongAdder();

    private final LongAdder foldedNanos = new LongAdder();

    private final AtomicLong callsRead = new AtomicLong();

    private final AtomicLong nanosRead = new AtomicLong();

    /**
     * Adds a call.
     *
     * @param stripe chooses the cell, see {@link io.integrationkit.call.Call#stripe()}
     * @param nanos how long it took
     */
    void add(int stripe, long nanos) {
        if (nanos < 0 || nanos > LONGEST) {
            this.foldedCalls.increment();
            this.foldedNanos.add(Math.max(0, nanos));
            return;
        }
        int cell = ((stripe & (CELLS - 1)) + 1) * STRIDE;
        long before = this.cells.getAndAdd(cell, ONE_CALL + nanos);
        if (calls(before) >= MANY_CALLS || (before & NANOS) >= MUCH_TIME) {
            fold(cell);
        }
    }

    private void fold(int cell) {
        long folded = this.cells.getAndSet(cell, 0);
        this.foldedCalls.add(calls(folded));
        this.foldedNanos.add(folded & NANOS);
    }

    private static long calls(long cell) {
        return cell >>> NANOS_BITS;
    }

    long calls() {
        long sum = this.foldedCalls.sum();
        for (int cell = 1; cell <= CELLS; cell++) {
            sum += calls(this.cells.get(cell * STRIDE));
        }
        return this.callsRead.accumulateAndGet(sum, Math::max);
    }

    long nanos() {
        long sum = this.foldedNanos.sum();
        for (int cell = 1; cell <= CELLS; cell++) {
            sum += this.cells.get(cell * STRIDE) & NANOS;
        }
        return this.nanosRead.accumulateAndGet(sum, Math::max);
    }
}
