package io.integrationkit.jdbc;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Deletes what a store need not keep any longer: every few minutes, on a daemon thread of its own, in small batches
 * that each commit, until a batch is not full. Runs on every instance; the batches of several instances do not wait for
 * each other. A failure is logged, and the next run tries again.
 */
public final class ExpiredRows implements SmartLifecycle {

    /** Time between two runs. */
    public static final Duration INTERVAL = Duration.ofMinutes(5);

    /** Largest number of rows of a batch. */
    public static final int BATCH = 500;

    private static final Duration STOP_WAIT = Duration.ofSeconds(5);

    private static final Logger logger = LoggerFactory.getLogger(ExpiredRows.class);

    private final String name;

    private final IntUnaryOperator deleteSome;

    private final Duration interval;

    private volatile @Nullable ScheduledExecutorService executor;

    /**
     * Creates the clean-up of a store; {@link #start()} begins it.
     *
     * @param name what is deleted, such as {@code idempotency keys}; for log and thread
     * @param deleteSome deletes at most the given number of expired rows and tells how many it deleted
     * @param interval time before the first run and between two runs
     */
    public ExpiredRows(String name, IntUnaryOperator deleteSome, Duration interval) {
        this.name = name;
        this.deleteSome = deleteSome;
        this.interval = interval;
    }

    @Override
    public synchronized void start() {
        if (this.executor != null) {
            return;
        }
        ScheduledExecutorService started = Executors.newSingleThreadScheduledExecutor((run) -> {
            Thread thread = new Thread(run, "integration-expired-" + this.name.replace(' ', '-'));
            thread.setDaemon(true);
            return thread;
        });
        // Before the first run, which would take itself for one that is stopped.
        this.executor = started;
        started.scheduleWithFixedDelay(
                this::run, this.interval.toMillis(), this.interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the clean-up; waits for the batch under way, which an interrupt could leave with a broken connection. */
    @Override
    public synchronized void stop() {
        ScheduledExecutorService started = this.executor;
        if (started == null) {
            return;
        }
        this.executor = null;
        started.shutdown();
        try {
            started.awaitTermination(STOP_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return this.executor != null;
    }

    private void run() {
        try {
            int deleted = 0;
            int last;
            do {
                last = this.deleteSome.applyAsInt(BATCH);
                deleted += last;
            } while (last >= BATCH && isRunning());
            logger.debug("{} expired {} deleted", deleted, this.name);
        } catch (RuntimeException ex) {
            if (isRunning()) {
                logger.warn("Expired {} could not be deleted; tried again in {}", this.name, this.interval, ex);
            }
        }
    }
}
