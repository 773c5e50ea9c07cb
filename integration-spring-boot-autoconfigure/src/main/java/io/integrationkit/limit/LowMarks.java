package io.integrationkit.limit;

/**
 * Remembers how far from full a bucket was when permits of it were used, as far as it matters: a mark is dropped when a
 * later one is lower. If there are too many, the two oldest become one that is as late as the later and as low as the
 * lower, which only makes answers smaller. Guarded by the lock of its bucket.
 */
final class LowMarks {

    private static final int MOST = 32;

    private final long[] times = new long[MOST];

    private final long[] marks = new long[MOST];

    private int count;

    void add(long time, long mark) {
        while (this.count > 0 && this.marks[this.count - 1] >= mark) {
            this.count--;
        }
        if (this.count == MOST) {
            // The oldest mark is the lowest; it takes the time of the one after it.
            System.arraycopy(this.times, 1, this.times, 0, MOST - 1);
            System.arraycopy(this.marks, 2, this.marks, 1, MOST - 2);
            this.count--;
        }
        this.times[this.count] = time;
        this.marks[this.count] = mark;
        this.count++;
    }

    /**
     * Lowers all marks after a time by the same, none below zero and none by more than asked.
     *
     * @return by how much
     */
    long lower(long after, long most) {
        long lowered = most;
        int first = this.count;
        while (first > 0 && this.times[first - 1] > after) {
            first--;
            lowered = Math.min(lowered, this.marks[first]);
        }
        for (int i = first; i < this.count; i++) {
            this.marks[i] -= lowered;
        }
        return lowered;
    }
}
