package io.integrationkit.event;

import io.integrationkit.context.Carried;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs steps at the same time, those of a lane one after the other in their order. Lanes are begun in their order.
 * A step that fails ends its lane; other lanes go on.
 *
 * <p>Steps run on threads of the executor and never on that of the caller, which waits until all that was begun has
 * ended: nothing of a call goes on behind its back. If the caller is interrupted, nothing more is begun, and what runs is
 * interrupted.
 */
final class Lanes {

    private final Executor executor;

    private final int concurrency;

    private final TimeSource time;

    private final Duration patience;

    /**
     * Creates it.
     *
     * @param concurrency lanes at the same time, for each caller
     * @param patience after which nothing more is begun; one step of a call always is
     */
    Lanes(Executor executor, int concurrency, TimeSource time, Duration patience) {
        this.executor = executor;
        this.concurrency = concurrency;
        this.time = time;
        this.patience = patience;
    }

    /**
     * Runs the steps, which say whether the rest of their lane may be begun, and throw nothing but what must end
     * everything.
     *
     * @throws RejectedExecutionException if the executor takes nothing
     */
    void run(Collection<? extends Collection<? extends BooleanSupplier>> lanes) {
        Run run = new Run(lanes);
        run.start(Math.min(this.concurrency, lanes.size()));
        run.await();
    }

    /** One call. */
    private final class Run {

        private final Queue<Collection<? extends BooleanSupplier>> waiting;

        private final Carried carried = Carried.capture();

        private final long began = Lanes.this.time.nanoTime();

        private final AtomicBoolean first = new AtomicBoolean(true);

        /** Guarded by this; whoever is in it may be interrupted. */
        private final Set<Thread> threads = new HashSet<>();

        /** Guarded by this. */
        private int working;

        /** Guarded by this. */
        private @Nullable Throwable error;

        private volatile boolean over;

        Run(Collection<? extends Collection<? extends BooleanSupplier>> lanes) {
            this.waiting = new ConcurrentLinkedQueue<>(lanes);
        }

        void start(int workers) {
            for (int i = 0; i < workers; i++) {
                synchronized (this) {
                    this.working++;
                }
                try {
                    Lanes.this.executor.execute(this::work);
                } catch (RejectedExecutionException ex) {
                    synchronized (this) {
                        this.working--;
                    }
                    if (i == 0) {
                        throw ex;
                    }
                    // Those that are there do the work of all.
                    return;
                }
            }
        }

        private void work() {
            enter();
            try (Scope scope = this.carried.open()) {
                for (var lane = this.waiting.poll(); lane != null; lane = this.waiting.poll()) {
                    for (BooleanSupplier step : lane) {
                        if (!mayBegin() || !step.getAsBoolean()) {
                            break;
                        }
                    }
                }
            } catch (Throwable ex) {
                this.over = true;
                keep(ex);
            } finally {
                leave();
            }
        }

        private boolean mayBegin() {
            if (this.over) {
                return false;
            }
            return this.first.getAndSet(false)
                    || Lanes.this.time.nanoTime() - this.began < Lanes.this.patience.toNanos();
        }

        private synchronized void keep(Throwable ex) {
            if (this.error == null) {
                this.error = ex;
            }
        }

        private synchronized void enter() {
            this.threads.add(Thread.currentThread());
        }

        /** Whoever has left is not interrupted any more. */
        private synchronized void leave() {
            this.threads.remove(Thread.currentThread());
            this.working--;
            notifyAll();
        }

        synchronized void await() {
            boolean interrupted = false;
            while (this.working > 0) {
                try {
                    wait();
                } catch (InterruptedException ex) {
                    interrupted = true;
                    this.over = true;
                    this.threads.forEach(Thread::interrupt);
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (this.error instanceof Error fatal) {
                throw fatal;
            }
            if (this.error != null) {
                throw new IllegalStateException("A step threw what it should have kept", this.error);
            }
        }
    }
}
