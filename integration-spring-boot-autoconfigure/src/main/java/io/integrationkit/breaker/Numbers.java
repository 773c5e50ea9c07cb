package io.integrationkit.breaker;

import java.util.Arrays;

/** Rising numbers, of which the lowest are forgotten. Grows with what it holds; guarded by the lock of its breaker. */
final class Numbers {

    private static final int SMALLEST = 8;

    private long[] ring = new long[SMALLEST];

    private int first;

    private int size;

    /** Adds a number higher than all before. */
    void add(long number) {
        if (this.size == this.ring.length) {
            grow();
        }
        this.ring[index(this.size)] = number;
        this.size++;
    }

    /** Puts a number at least as high in the place of the highest. */
    void raiseLatest(long number) {
        this.ring[index(this.size - 1)] = number;
    }

    void forgetUpTo(long number) {
        while (this.size > 0 && this.ring[this.first] <= number) {
            this.first = index(1);
            this.size--;
        }
    }

    int size() {
        return this.size;
    }

    private void grow() {
        long[] larger = Arrays.copyOfRange(this.ring, this.first, this.first + 2 * this.size);
        System.arraycopy(this.ring, 0, larger, this.size - this.first, this.first);
        this.ring = larger;
        this.first = 0;
    }

    private int index(int offset) {
        int index = this.first + offset;
        return (index < this.ring.length) ? index : index - this.ring.length;
    }
}
