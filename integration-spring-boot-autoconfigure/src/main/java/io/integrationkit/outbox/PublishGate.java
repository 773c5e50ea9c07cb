package io.integrationkit.outbox;

import io.integrationkit.context.Deadline;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets publishers in while the backlog is within its limits. A publisher that waits holds what its own transaction
 * holds and nothing of ours: no lock and no connection. Those of a pool are few, though, and the relay needs one of
 * them to make room, so only a few publishers wait at once and all others are refused without waiting. Safe for use by
 * any number of threads.
 */
final class PublishGate {

    private static final Duration STEP = Duration.ofMillis(20);

    private final Backpressure limits;

    private final Supplier<@Nullable OutboxBacklog> backlog;

    private final TimeSource time;

    private final Semaphore waiting;

    PublishGate(Backpressure limits, Supplier<@Nullable OutboxBacklog> backlog, TimeSource time) {
        this.limits = limits;
        this.backlog = backlog;
        this.time = time;
        this.waiting = new Semaphore(limits.maxWaiting());
    }

    /** Counts by a thread that lives as long as a count takes. */
    static PublishGate of(Backpressure limits, OutboxStore store, TimeSource time) {
        BacklogSample sample = new BacklogSample(store::backlog, PublishGate::onItsOwnThread, time);
        return new PublishGate(limits, sample::current, time);
    }

    private static void onItsOwnThread(Runnable work) {
        Thread thread = new Thread(work, "integration-outbox-backlog");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Returns at once while there is room, as far as that is known; may wait otherwise.
     *
     * @throws RejectedException if there is too much
     */
    void enter() {
        if (!this.limits.limits()) {
            return;
        }
        String exceeded = exceeded();
        if (exceeded == null) {
            return;
        }
        if (this.limits.action() == Backpressure.Action.REFUSE || !this.waiting.tryAcquire()) {
            throw refused(exceeded);
        }
        try {
            await(exceeded);
        } finally {
            this.waiting.release();
        }
    }

    private @Nullable String exceeded() {
        OutboxBacklog known = this.backlog.get();
        return (known != null) ? this.limits.exceeded(known) : null;
    }

    private void await(String first) {
        long end = this.time.nanoTime() + longestWait().toNanos();
        String exceeded = first;
        while (exceeded != null) {
            long left = end - this.time.nanoTime();
            if (left <= 0) {
                throw refused(exceeded);
            }
            sleep(Math.min(left, STEP.toNanos()), exceeded);
            exceeded = exceeded();
        }
    }

    /** A call that is over soon gains nothing by waiting longer. */
    private Duration longestWait() {
        Deadline deadline = Deadline.current();
        Duration remaining = (deadline != null) ? deadline.remaining() : this.limits.maxWait();
        return (remaining.compareTo(this.limits.maxWait()) < 0) ? remaining : this.limits.maxWait();
    }

    private void sleep(long nanos, String exceeded) {
        try {
            this.time.sleep(Duration.ofNanos(nanos));
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw refused(exceeded);
        }
    }

    private static RejectedException refused(String exceeded) {
        return new RejectedException(
                ProblemCode.OUTBOX_BACKLOG, "The outbox takes no message now: " + exceeded, BacklogSample.INTERVAL);
    }
}
