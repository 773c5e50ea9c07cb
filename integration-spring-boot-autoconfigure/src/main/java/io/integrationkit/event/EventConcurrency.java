package io.integrationkit.event;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * How the events of a batch are handled at the same time.
 *
 * @param concurrency events at a time, for each batch
 * @param batchTime time in which events of a batch are begun
 * @param executor threads that handle them; must not run work on the thread that hands it in
 * @param time measures the time of a batch
 */
public record EventConcurrency(int concurrency, Duration batchTime, Executor executor, TimeSource time) {

    /**
     * Creates the settings.
     *
     * @throws InvalidOperationException if a value cannot work
     */
    public EventConcurrency {
        InvalidOperationException.requireCount("integration.events.concurrency", concurrency, "handles nothing");
        InvalidOperationException.requireTime("integration.events.batch-time", batchTime, "1m");
    }

    Lanes lanes() {
        return new Lanes(this.executor, this.concurrency, this.time, this.batchTime);
    }
}
