package io.integrationkit.reliable;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.ResourceHolderSupport;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Asks a blocking attempt to stop when its time is over.
 *
 * <p><b>Protocol.</b> The attempt runs on the caller's thread; a timer expires the watch, the attempt finishes it, and
 * one monitor, shared by all watches of the thread, puts one before the other. Finished first: the timer finds that and
 * does nothing. Expired first: the timer interrupts the thread while it holds the monitor, and the attempt, which needs
 * the monitor to finish, clears the flag afterwards. So an interrupt of ours never comes after the attempt and hits what
 * follows.
 *
 * <p>A thread that was interrupted by somebody else before its time was over is not interrupted again, and keeps its
 * flag. An interrupt by somebody else that comes after ours and before the end of the attempt cannot be told from ours.
 *
 * <p>Attempts may run inside attempts. There is one flag for all of them, so what the inner one clears at its end is set
 * again if an outer one has asked as well: it still has to stop.
 *
 * <p>Inside a transaction a thread is never interrupted: it could break the connection in the middle of a statement.
 * Instead the resources of a transaction that begins inside the attempt get what is left of its time, and their
 * statements end with it. A transaction that was there before the attempt belongs to the caller and is left alone: such
 * an attempt is not stopped at all. An attempt whose time ends inside a transaction is not interrupted after it either,
 * since the connection is then on its way back to its pool.
 */
final class AttemptWatch {

    private static final ThreadLocal<@Nullable AttemptWatch> CURRENT = new ThreadLocal<>();

    private final Thread thread = Thread.currentThread();

    private final @Nullable AttemptWatch outer;

    /** The outermost watch of the thread, whose monitor guards whatever the timer and the thread share. */
    private final AttemptWatch root;

    private final long end;

    private final TimeSource time;

    private final Collection<Object> resourcesOfCaller;

    private TimeSource.@Nullable Timer timer;

    private int transactions;

    private boolean finished;

    private boolean expired;

    /** Whether the flag of the thread is, or was, set for this watch. */
    private boolean asked;

    private boolean everAsked;

    /** How many watches of the thread have asked it; kept in the root. */
    private int asking;

    private AttemptWatch(@Nullable AttemptWatch outer, long end, TimeSource time) {
        boolean inTransaction = TransactionSynchronizationManager.isActualTransactionActive();
        this.outer = outer;
        this.root = (outer != null) ? outer.root : this;
        this.end = end;
        this.time = time;
        this.transactions = inTransaction ? 1 : 0;
        this.resourcesOfCaller = inTransaction
                ? List.copyOf(TransactionSynchronizationManager.getResourceMap().values())
                : List.of();
    }

    /** Begins to watch the current thread. */
    static AttemptWatch begin(Duration allowed, TimeSource time) {
        AttemptWatch watch = new AttemptWatch(CURRENT.get(), time.nanoTime() + allowed.toNanos(), time);
        // First what may fail, so that no watch is left behind that nobody finishes.
        watch.timer = time.schedule(allowed, watch::expire);
        CURRENT.set(watch);
        return watch;
    }

    /** A transaction has begun on the current thread: from now on the statements end in time, not the thread. */
    static void transactionBegan() {
        AttemptWatch innermost = CURRENT.get();
        if (innermost == null) {
            return;
        }
        synchronized (innermost.root) {
            for (AttemptWatch watch = innermost; watch != null; watch = watch.outer) {
                watch.transactions++;
                watch.takeBack();
            }
        }
        for (AttemptWatch watch = innermost; watch != null; watch = watch.outer) {
            watch.limitResources();
        }
    }

    /** A transaction has ended on the current thread. */
    static void transactionEnded() {
        AttemptWatch innermost = CURRENT.get();
        if (innermost == null) {
            return;
        }
        synchronized (innermost.root) {
            for (AttemptWatch watch = innermost; watch != null; watch = watch.outer) {
                watch.transactions = Math.max(0, watch.transactions - 1);
            }
        }
    }

    /** The time is over. Called by the timer. */
    private void expire() {
        synchronized (this.root) {
            if (this.finished) {
                return;
            }
            this.expired = true;
            boolean byOthers = this.root.asking == 0 && this.thread.isInterrupted();
            if (this.transactions == 0 && !byOthers) {
                this.asked = true;
                this.everAsked = true;
                this.root.asking++;
                this.thread.interrupt();
            }
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
        synchronized (this.root) {
            this.finished = true;
            takeBack();
            if (this.root.asking > 0) {
                this.thread.interrupt();
            }
            return this.expired;
        }
    }

    /** Whether it was interrupted for this watch. To be asked by the thread of the attempt once that has finished. */
    boolean hasAsked() {
        return this.everAsked;
    }

    private void takeBack() {
        if (this.asked) {
            this.asked = false;
            this.root.asking--;
            Thread.interrupted();
        }
    }

    private void limitResources() {
        long left =
                Math.max(1, Duration.ofNanos(this.end - this.time.nanoTime()).toMillis());
        // Gives the deadline by the clock that the holders go by.
        ResourceHolderSupport limit = new ResourceHolderSupport() {};
        limit.setTimeoutInMillis(left);
        for (Object resource :
                TransactionSynchronizationManager.getResourceMap().values()) {
            if (resource instanceof ResourceHolderSupport holder
                    && holder.isSynchronizedWithTransaction()
                    && !this.resourcesOfCaller.contains(holder)
                    && isLater(holder.getDeadline(), limit.getDeadline())) {
                holder.setTimeoutInMillis(left);
            }
        }
    }

    private static boolean isLater(@Nullable Date own, @Nullable Date limit) {
        return own == null || (limit != null && own.after(limit));
    }
}
