package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backlog as it was a moment ago. Nobody waits for it: whoever looks at an old sample causes the next one, on
 * another thread. Counting reads the whole table, so the time between two samples grows with the time one takes. Safe
 * for use by any number of threads.
 */
final class BacklogSample {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** A sample nobody looked at for so many intervals says nothing of today. */
    static final int INTERVALS_UNTIL_FORGOTTEN = 10;

    /** Counting may take no more than a tenth of the time. */
    private static final int PAUSE_PER_COUNT = 9;

    private static final Logger logger = LoggerFactory.getLogger(BacklogSample.class);

    private final Supplier<OutboxBacklog> count;

    private final Executor executor;

    private final TimeSource time;

    private final AtomicBoolean counting = new AtomicBoolean();

    private volatile @Nullable Counted last;

    private volatile long notBefore;

    BacklogSample(Supplier<OutboxBacklog> count, Executor executor, TimeSource time) {
        this.count = count;
        this.executor = executor;
        this.time = time;
        this.notBefore = time.nanoTime();
    }

    /** Returns the backlog, or {@code null} if it is not known. */
    @Nullable
    OutboxBacklog current() {
        long now = this.time.nanoTime();
        if (now - this.notBefore >= 0 && this.counting.compareAndSet(false, true)) {
            begin();
        }
        Counted counted = this.last;
        return (counted != null && counted.forgottenAt() - now > 0) ? counted.backlog() : null;
    }

    private void begin() {
        try {
            this.executor.execute(this::count);
        } catch (RejectedExecutionException ex) {
            this.counting.set(false);
            logger.debug("The backlog of the outbox cannot be counted now", ex);
        }
    }

    private void count() {
        long begun = this.time.nanoTime();
        OutboxBacklog counted = null;
        try {
            counted = this.count.get();
        } catch (RuntimeException ex) {
            logger.debug("The backlog of the outbox cannot be counted; nothing is refused because of it", ex);
        } finally {
            long now = this.time.nanoTime();
            long pause = Math.max(INTERVAL.toNanos(), PAUSE_PER_COUNT * (now - begun));
            this.last = (counted != null) ? new Counted(counted, now + INTERVALS_UNTIL_FORGOTTEN * pause) : null;
            this.notBefore = now + pause;
            this.counting.set(false);
        }
    }

    private record Counted(OutboxBacklog backlog, long forgottenAt) {}
}
