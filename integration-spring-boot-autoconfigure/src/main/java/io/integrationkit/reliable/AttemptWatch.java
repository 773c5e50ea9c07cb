package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Date;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Asks a blocking attempt to stop when its time is over.
 *
 * <p><b>Protocol.</b> The attempt runs on the caller's thread; a timer expires the watch, the attempt finishes it, and
 * the monitor of the watch puts one before the other. Finished first: the timer finds that and does nothing. Expired
 * first: the timer interrupts the thread while it holds the monitor, and the attempt, which needs the monitor to finish,
 * clears the flag afterwards. So an interrupt of ours never comes after the attempt and hits what follows.
 *
 * <p>A thread that was interrupted by somebody else before its time was over is not interrupted again, and keeps its
 * flag. An interrupt by somebody else that comes after ours and before the end of the attempt cannot be told from ours.
 *
 * <p>Inside a transaction a thread is never interrupted: it could break the connection in the middle of a statement.
 * Instead the resources of a transaction that begins inside the attempt get what is left of its time, and their
 * statements end with it. A transaction that was there before the attempt belongs to the caller and is left alone: such
 * an attempt is not stopped at all.
 */
final class AttemptWatch {

    private static final ThreadLocal<@Nullable AttemptWatch> CURRENT = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();

    private final @Nullable AttemptWatch outer = CURRENT.get();

    private int transactions = TransactionSynchronizationManager.isActualTransactionActive() ? 1 : 0;

    private boolean finished;

    private boolean expired;

    private boolean interrupted;

    private final long end;

    private final TimeSource time;

    private TimeSource.@Nullable Timer timer;

    private AttemptWatch(long end, TimeSource time) {
        this.end = end;
        this.time = time;
    }

    /** Begins to watch the current thread. */
    static AttemptWatch begin(Duration allowed, TimeSource time) {
        AttemptWatch watch = new AttemptWatch(time.nanoTime() + allowed.toNanos(), time);
        CURRENT.set(watch);
        watch.timer = time.schedule(allowed, watch::expire);
        return watch;
    }

    /** A transaction has begun on the current thread. */
    static void transactionBegan() {
        for (AttemptWatch watch = CURRENT.get(); watch != null; watch = watch.outer) {
            watch.enterTransaction();
        }
    }

    /** A transaction has ended on the current thread. */
    static void transactionEnded() {
        for (AttemptWatch watch = CURRENT.get(); watch != null; watch = watch.outer) {
            watch.leaveTransaction();
        }
    }

    /** The time is over. Called by the timer. */
    private synchronized void expire() {
        if (this.finished) {
            return;
        }
        this.expired = true;
        if (this.transactions == 0 && !this.thread.isInterrupted()) {
            this.interrupted = true;
            this.thread.interrupt();
        }
    }

    /**
     * The attempt has ended. Called once, by its thread.
     *
     * @return whether its time was over
     */
    boolean finish() {
        if (this.timer != null) {
            this.timer.cancel();
        }
        if (this.outer == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(this.outer);
        }
        synchronized (this) {
            this.finished = true;
            if (this.interrupted) {
                Thread.interrupted();
            }
            return this.expired;
        }
    }

    /** From now on the statements of the attempt end in time, not its thread. */
    private void enterTransaction() {
        synchronized (this) {
            this.transactions++;
            if (this.interrupted) {
                this.interrupted = false;
                Thread.interrupted();
            }
        }
        long left =
                Math.max(1, Duration.ofNanos(this.end - this.time.nanoTime()).toMillis());
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            if (resource instanceof ResourceHolderSupport holder && holder.isSynchronizedWithTransaction()) {
                limit(holder, left);
            }
        }
    }

    private void limit(ResourceHolderSupport holder, long millis) {
        Date own = holder.getDeadline();
        if (own == null || own.getTime() > this.time.now().toEpochMilli() + millis) {
            holder.setTimeoutInMillis(millis);
        }
    }

    private synchronized void leaveTransaction() {
        this.transactions = Math.max(0, this.transactions - 1);
    }
}
