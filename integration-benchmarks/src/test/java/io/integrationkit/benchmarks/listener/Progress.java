package io.integrationkit.benchmarks.listener;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How far the listener that is measured has come. It tells when it begins; the time of a record is over when a later one
 * begins, so that commits are in it. Safe for use by any number of threads.
 */
final class Progress {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final TimeSource time;

    private CountDownLatch all = new CountDownLatch(0);

    private int expected;

    private int begun;

    private int begunBeforeLast;

    private long first;

    private long last;

    Progress(TimeSource time) {
        this.time = time;
    }

    synchronized void expect(int records) {
        this.all = new CountDownLatch(1);
        this.expected = records;
        this.begun = 0;
    }

    /** To be called by a listener before it handles so many records. */
    synchronized void begins(int records) {
        this.last = this.time.nanoTime();
        if (this.begun == 0) {
            this.first = this.last;
        }
        this.begunBeforeLast = this.begun;
        this.begun += records;
        if (this.begun >= this.expected) {
            this.all.countDown();
        }
    }

    /** Returns when the last record has begun. */
    void await() throws InterruptedException {
        if (!this.all.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("Only %d of %d records came".formatted(this.begun, this.expected));
        }
    }

    /** Records a second between the first and the last beginning. */
    synchronized double perSecond() {
        return this.begunBeforeLast * 1e9 / (this.last - this.first);
    }
}
