package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.HubView.Flow;
import java.time.Duration;

/** Waits until outbox and topic are empty, as long as there is any movement. */
final class Passage {

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** Longer than a dead consumer's session, a claim's lease and a breaker's open time together. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HubView hub;

    private final TimeSource time;

    Passage(HubView hub, TimeSource time) {
        this.hub = hub;
        this.time = time;
    }

    void await() throws InterruptedException {
        Flow before = new Flow(-1, 0, 0);
        long movedAt = this.time.nanoTime();
        while (this.time.nanoTime() - movedAt < PATIENCE.toNanos()) {
            Flow now = flow(before);
            if (now.pending() == 0) {
                return;
            }
            if (!now.equals(before)) {
                movedAt = this.time.nanoTime();
                before = now;
            }
            this.time.sleep(PAUSE);
        }
    }

    /** While something restarts, nothing moves that could be seen. */
    private Flow flow(Flow before) {
        try {
            return this.hub.flow();
        } catch (HubUnreachableException ex) {
            return before;
        }
    }
}
