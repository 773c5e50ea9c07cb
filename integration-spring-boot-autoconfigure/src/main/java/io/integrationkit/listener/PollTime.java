package io.integrationkit.listener;

import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the waits between attempts on the thread of a consumer below the time it may stay away from its poll, which all
 * records of a poll share. What would take longer ends as a failure: then the container does the waiting, and polls.
 */
final class PollTime {

    private static final int KEPT_BACK = 10;

    private final ThreadLocal<@Nullable Long> polled = new ThreadLocal<>();

    private final Duration forWaits;

    private final TimeSource time;

    /**
     * Creates the times of the consumers of one container.
     *
     * @param interval longest time between two polls; a tenth of it is kept for the attempts
     */
    PollTime(Duration interval, TimeSource time) {
        this.forWaits = interval.minus(interval.dividedBy(KEPT_BACK));
        this.time = time;
    }

    /** The thread is about to poll: what counts is when the first record it gets is handled. */
    void polls() {
        this.polled.remove();
    }

    /** Bounds the waits for a record, until it is closed. */
    Scope open() {
        Long since = this.polled.get();
        long now = this.time.nanoTime();
        if (since == null) {
            this.polled.set(now);
            since = now;
        }
        return Deadline.ofWaits(this.forWaits.minusNanos(now - since), this.time)
                .open();
    }
}
