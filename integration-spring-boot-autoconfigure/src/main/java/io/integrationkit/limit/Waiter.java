package io.integrationkit.limit;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody who waits for a place in a {@link Bulkhead}. Safe for use by any number of threads. */
public abstract sealed class Waiter {

    private enum State {
        WAITING,
        GRANTED,
        CANCELLED
    }

    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);

    private final Bulkhead bulkhead;

    private Waiter(Bulkhead bulkhead) {
        this.bulkhead = bulkhead;
    }

    /**
     * Stops waiting, unless a place was given. May be called at any time, also twice.
     *
     * @return whether no place will be given because of this call; if not, and nobody cancelled before, a place was
     *     given, the callback runs or has run, and the place must be left
     */
    public final boolean cancel() {
        if (!this.state.compareAndSet(State.WAITING, State.CANCELLED)) {
            return false;
        }
        this.bulkhead.forget(this);
        return true;
    }

    final boolean grant() {
        return this.state.compareAndSet(State.WAITING, State.GRANTED);
    }

    /** Tells the one who waited; called once, without the bulkhead's lock. */
    abstract void granted();

    /** A thread that waits. */
    static final class Blocking extends Waiter {

        private final CountDownLatch turn = new CountDownLatch(1);

        Blocking(Bulkhead bulkhead) {
            super(bulkhead);
        }

        boolean await(long time, TimeUnit unit) throws InterruptedException {
            return this.turn.await(time, unit);
        }

        @Override
        void granted() {
            this.turn.countDown();
        }
    }

    /**
     * A callback that waits. A callback may run its call to the end and leave, which lets in the next callback, and so
     * on through the whole queue: on one thread they run one after the other, not one inside the other.
     */
    static final class Later extends Waiter {

        private static final Logger LOG = LoggerFactory.getLogger(Waiter.class);

        private static final ThreadLocal<Queue<Runnable>> RUNNING = new ThreadLocal<>();

        private final Runnable entered;

        Later(Bulkhead bulkhead, Runnable entered) {
            super(bulkhead);
            this.entered = entered;
        }

        @Override
        void granted() {
            Queue<Runnable> running = RUNNING.get();
            if (running != null) {
                running.add(this.entered);
                return;
            }
            Queue<Runnable> next = new ArrayDeque<>();
            RUNNING.set(next);
            try {
                for (Runnable each = this.entered; each != null; each = next.poll()) {
                    run(each);
                }
            } finally {
                RUNNING.remove();
            }
        }

        /** Who leaves must not suffer from who enters. */
        private static void run(Runnable entered) {
            try {
                entered.run();
            } catch (RuntimeException ex) {
                LOG.error("A callback that waited for its place in a bulkhead failed; its place may be lost", ex);
            }
        }
    }
}
