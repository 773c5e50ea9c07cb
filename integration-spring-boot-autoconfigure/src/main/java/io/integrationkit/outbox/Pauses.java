package io.integrationkit.outbox;

import java.time.Duration;
import java.util.Set;

/**
 * Destinations an operator has stopped, as this instance knows them. Asked by the relay's thread, which also refreshes
 * them; and refreshed by whoever pauses here.
 */
final class Pauses {

    private static final long REFRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final OutboxInspection stored;

    private boolean read;

    private long readAt;

    private volatile Set<String> current = Set.of();

    Pauses(OutboxInspection stored) {
        this.stored = stored;
    }

    /** Looks what others have stopped, if that was not done just now; by the relay's thread only. */
    void refreshIfDue(long now) {
        if (!this.read || now - this.readAt >= REFRESH_NANOS) {
            refresh();
            this.read = true;
            this.readAt = now;
        }
    }

    void refresh() {
        this.current = Set.copyOf(this.stored.paused());
    }

    boolean everything() {
        return this.current.contains(OutboxOperations.EVERYTHING);
    }

    boolean includes(String destination) {
        Set<String> known = this.current;
        return known.contains(destination) || known.contains(OutboxOperations.EVERYTHING);
    }

    Set<String> destinations() {
        return this.current;
    }
}
