package io.integrationkit.deadletter;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that a test moves. */
final class ManualTime implements TimeSource {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T10:00:00Z"));

    @Override
    public Instant now() {
        return this.now.get();
    }

    @Override
    public long nanoTime() {
        return Duration.between(Instant.EPOCH, this.now.get()).toNanos();
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }

    void advance(Duration duration) {
        this.now.updateAndGet((instant) -> instant.plus(duration));
    }
}
