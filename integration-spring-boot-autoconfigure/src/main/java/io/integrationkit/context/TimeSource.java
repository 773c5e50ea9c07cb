package io.integrationkit.context;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
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
     * Runs something later, once, on a thread that is not the caller's and that all waiters share.
     *
     * @param delay how long to wait; zero or less means as soon as possible
     * @param task what to run; must be short and must not block or throw
     * @return cancels the task
     */
    Timer schedule(Duration delay, Runnable task);

    /** Something that was scheduled. */
    @FunctionalInterface
    interface Timer {

        /**
         * Cancels the task, unless it has begun. May be called at any time, also twice.
         *
         * @return whether the task will not run because of this call
         */
        boolean cancel();
    }

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

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            Future<?> scheduled = Timers.EXECUTOR.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        }

        /** Made when something is scheduled for the first time. */
        private static final class Timers {

            static final ScheduledThreadPoolExecutor EXECUTOR = executor();

            private static ScheduledThreadPoolExecutor executor() {
                ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, Timers::thread);
                // A cancelled task must not be kept until its time comes.
                executor.setRemoveOnCancelPolicy(true);
                return executor;
            }

            private static Thread thread(Runnable work) {
                Thread thread = new Thread(work, "integration-timer");
                thread.setDaemon(true);
                return thread;
            }
        }
    }
}
