package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of an event handler. What ends first, the call or its time, tells the relay; the place of its key is free
 * only when the call has returned, or will never begin.
 */
final class HandlerCall implements Runnable {

    private final Supplier<HandlerDestination.@Nullable FailedCall> work;

    private final MessageDestination.Completion completion;

    private final Runnable ended;

    private TimeSource.@Nullable Timer timer;

    private @Nullable Thread thread;

    private boolean over;

    HandlerCall(
            Supplier<HandlerDestination.@Nullable FailedCall> work,
            MessageDestination.Completion completion,
            Runnable ended) {
        this.work = work;
        this.completion = completion;
        this.ended = ended;
    }

    /** Called before the call is handed to a thread. */
    synchronized void expireBy(TimeSource time, Duration timeout) {
        // The relay counts from before its send, so the last bit of its time is kept for telling it.
        Duration granted = timeout.minus(timeout.dividedBy(16));
        this.timer = time.schedule(granted, () -> expire(granted));
    }

    private synchronized void expire(Duration granted) {
        if (this.over) {
            return;
        }
        this.over = true;
        this.completion.failed(
                Failure.outcomeUnknown(),
                new TimeoutException("The event handler took longer than %s of integration.outbox.delivery-timeout"
                        .formatted(granted)));
        if (this.thread != null) {
            this.thread.interrupt();
        } else {
            this.ended.run();
        }
    }

    /** No thread takes it. */
    synchronized void abandon(RuntimeException reason) {
        if (!this.over) {
            finish(new HandlerDestination.FailedCall(Failure.outcomeUnknown(), reason));
            this.ended.run();
        }
    }

    @Override
    public void run() {
        if (!begin()) {
            return;
        }
        HandlerDestination.FailedCall failed = null;
        try {
            failed = this.work.get();
        } finally {
            end(failed);
        }
    }

    private synchronized boolean begin() {
        if (this.over) {
            return false;
        }
        this.thread = Thread.currentThread();
        return true;
    }

    /** The place is given back before the relay is told, which may send the next of the key at once. */
    private synchronized void end(HandlerDestination.@Nullable FailedCall failed) {
        this.thread = null;
        this.ended.run();
        if (this.over) {
            // An interrupt that came too late must not meet the next call of this thread.
            Thread.interrupted();
        } else {
            finish(failed);
        }
    }

    private void finish(HandlerDestination.@Nullable FailedCall failed) {
        this.over = true;
        if (this.timer != null) {
            this.timer.cancel();
        }
        if (failed == null) {
            this.completion.acknowledged();
        } else {
            this.completion.failed(failed.failure(), failed.cause());
        }
    }
}
