package io.integrationkit.context;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Where the kit reads the time and how it waits, so that tests own both. Safe for use by any number of threads.
 */
public interface TimeSource {

    /**
     * Returns the wall-clock time; for records and logs, never for measuring.
     *
     * @return the current instant
     */
    Instant now();

    /**
     * Returns a monotonic reading; only differences mean anything.
     *
     * @return nanoseconds since an arbitrary origin
     */
    long nanoTime();

    /**
     * Waits.
     *
     * @param duration how long; zero or less returns at once
     * @throws InterruptedException if the thread is interrupted before or while it waits
     */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * Returns the machine's own clock.
     *
     * @return the system time source
     */
    static TimeSource system() {
        return SystemTimeSource.INSTANCE;
    }

    /** The machine's clock; the only place that reads it. */
    enum SystemTimeSource implements TimeSource {
        INSTANCE;

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        }
    }
}
