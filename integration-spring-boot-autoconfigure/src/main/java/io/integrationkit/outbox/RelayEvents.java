package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What other threads tell the relay's thread: that a send ended, or that there is something to read. Completions come
 * from a producer's own thread, which must never send: it could wait for room that only it can make. The relay's thread
 * takes over all that came at once, so that the two seldom meet.
 */
final class RelayEvents {

    /** Far shorter than a broker takes to answer, far longer than the answers of one request lie apart. */
    static final long GATHERING = TimeUnit.MICROSECONDS.toNanos(500);

    private final AtomicBoolean wakePending = new AtomicBoolean();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition news = this.lock.newCondition();

    private ArrayDeque<SendEnded> coming = new ArrayDeque<>();

    private boolean woken;

    /** How many ends are to be there before the relay's thread is woken by one; 0 while it does not wait. */
    private int wanted;

    /** Used by the relay's thread only. */
    private ArrayDeque<SendEnded> taken = new ArrayDeque<>();

    /** Makes the next {@link #await} return; cheap when called again before that. */
    void wake() {
        if (this.wakePending.compareAndSet(false, true)) {
            this.lock.lock();
            try {
                this.woken = true;
                this.news.signal();
            } finally {
                this.lock.unlock();
            }
        }
    }

    /** Makes the next {@link #await} return, without a reason to read. */
    void nudge() {
        this.lock.lock();
        try {
            this.woken = true;
            this.news.signal();
        } finally {
            this.lock.unlock();
        }
    }

    void ended(SendEnded ended) {
        this.lock.lock();
        try {
            this.coming.add(ended);
            if (this.wanted > 0 && this.coming.size() >= this.wanted) {
                this.news.signal();
            }
        } finally {
            this.lock.unlock();
        }
    }

    /** Tells once whether somebody called {@link #wake}. */
    boolean takeWake() {
        return this.wakePending.getAndSet(false);
    }

    /** Returns a send that ended, or {@code null} if there is none now. */
    @Nullable
    SendEnded poll() {
        if (this.taken.isEmpty()) {
            this.lock.lock();
            try {
                takeAll();
            } finally {
                this.lock.unlock();
            }
        }
        return this.taken.poll();
    }

    /**
     * Waits for the next event, and once a send has ended a moment for more of them: what is sent together costs
     * producer and broker far less than the same one by one.
     *
     * @param several with how many of them the wait is over
     * @return what ended, or {@code null} if it was a wake-up or the time is over
     */
    @Nullable
    SendEnded await(long nanos, int several) throws InterruptedException {
        if (!this.taken.isEmpty()) {
            return this.taken.poll();
        }
        this.lock.lockInterruptibly();
        try {
            long left = nanos;
            this.wanted = 1;
            while (this.coming.isEmpty() && !this.woken && left > 0) {
                left = this.news.awaitNanos(left);
            }
            left = Math.min(left, GATHERING);
            this.wanted = several;
            while (this.coming.size() < several && !this.woken && left > 0) {
                left = this.news.awaitNanos(left);
            }
            this.woken = false;
            takeAll();
        } finally {
            this.wanted = 0;
            this.lock.unlock();
        }
        return this.taken.poll();
    }

    private void takeAll() {
        ArrayDeque<SendEnded> empty = this.taken;
        this.taken = this.coming;
        this.coming = empty;
    }

    /**
     * The end of a send.
     *
     * @param lane lane of the message
     * @param message the message
     * @param begun when the send began, monotonic
     * @param failure how it failed, or {@code null} if it was acknowledged
     * @param cause exception behind the failure
     */
    record SendEnded(
            Lane lane,
            StoredMessage message,
            long begun,
            @Nullable Failure failure,
            @Nullable Throwable cause) {}

    /** Hands the first answer of a destination to the relay. */
    final class Completion implements MessageDestination.Completion {

        private final AtomicBoolean told = new AtomicBoolean();

        private final Lane lane;

        private final StoredMessage message;

        private final long begun;

        Completion(Lane lane, StoredMessage message, long begun) {
            this.lane = lane;
            this.message = message;
            this.begun = begun;
        }

        @Override
        public void acknowledged() {
            tell(null, null);
        }

        @Override
        public void failed(Failure failure, Throwable cause) {
            tell(failure, cause);
        }

        private void tell(@Nullable Failure failure, @Nullable Throwable cause) {
            if (this.told.compareAndSet(false, true)) {
                ended(new SendEnded(this.lane, this.message, this.begun, failure, cause));
            }
        }
    }
}
