package io.integrationkit.breaker;

import java.util.BitSet;

/** How the latest calls ended. Guarded by the lock of its breaker. */
final class ResultWindow {

    private final int size;

    private final BitSet failed;

    private int next;

    private int calls;

    private int failures;

    ResultWindow(int size) {
        this.size = size;
        this.failed = new BitSet(size);
    }

    void add(boolean success) {
        if (this.calls == this.size) {
            this.failures -= this.failed.get(this.next) ? 1 : 0;
        } else {
            this.calls++;
        }
        this.failed.set(this.next, !success);
        this.failures += success ? 0 : 1;
        this.next = (this.next + 1) % this.size;
    }

    void clear() {
        this.failed.clear();
        this.next = 0;
        this.calls = 0;
        this.failures = 0;
    }

    int calls() {
        return this.calls;
    }

    int failures() {
        return this.failures;
    }

    boolean isSpotless() {
        return this.calls == this.size && this.failures == 0;
    }
}
