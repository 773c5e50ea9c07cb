package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What other threads tell the relay's thread: that a send ended, or that there is something to read. Completions come
 * from a producer's own thread, which must never send: it could wait for room that only it can make.
 */
final class RelayEvents {

    private static final Event WAKE = new Event() {};

    private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>();

    private final AtomicBoolean wakePending = new AtomicBoolean();

    /** Makes the next {@link #await} return; cheap when called again before that. */
    void wake() {
        if (this.wakePending.compareAndSet(false, true)) {
            this.queue.add(WAKE);
        }
    }

    void ended(SendEnded ended) {
        this.queue.add(ended);
    }

    /** Tells once whether somebody called {@link #wake}. */
    boolean takeWake() {
        return this.wakePending.getAndSet(false);
    }

    /** Returns a send that ended, or {@code null} if there is none now. */
    @Nullable
    SendEnded poll() {
        Event event = this.queue.poll();
        while (event == WAKE) {
            event = this.queue.poll();
        }
        return (SendEnded) event;
    }

    /** Waits for the next event; returns what ended, or {@code null} if it was a wake-up or the time is over. */
    @Nullable
    SendEnded await(long nanos) throws InterruptedException {
        return (this.queue.poll(nanos, TimeUnit.NANOSECONDS) instanceof SendEnded ended) ? ended : null;
    }

    private interface Event {}

    /**
     * The end of a send.
     *
     * @param lane lane of the message
     * @param begun when the send began, monotonic
     * @param failure how it failed, or {@code null} if it was acknowledged
     * @param cause exception behind the failure
     */
    record SendEnded(
            Lane lane,
            long begun,
            @Nullable Failure failure,
            @Nullable Throwable cause) implements Event {}

    /** Hands the first answer of a destination to the relay. */
    final class Completion implements MessageDestination.Completion {

        private final AtomicBoolean told = new AtomicBoolean();

        private final Lane lane;

        private final long begun;

        Completion(Lane lane, long begun) {
            this.lane = lane;
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
                ended(new SendEnded(this.lane, this.begun, failure, cause));
            }
        }
    }
}
