package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that the test moves. */
final class ManualTime implements TimeSource {

    private final AtomicLong nanos = new AtomicLong();

    void advance(Duration duration) {
        this.nanos.addAndGet(duration.toNanos());
    }

    @Override
    public Instant now() {
        return Instant.parse("2026-11-21T10:00:00Z").plusNanos(this.nanos.get());
    }

    @Override
    public long nanoTime() {
        return this.nanos.get();
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }
}
