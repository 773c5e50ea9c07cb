package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.SentLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Kills processes in the middle of the load, at points the seed decides: the hub several times, the broker once while
 * the hub goes on taking deliveries, and the hub once while the broker is down.
 */
final class Nemesis {

    /** Accepted without a broker before anything else happens: messages that only the outbox can have. */
    private static final int ACCEPTED_WITHOUT_BROKER = 40;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Processes processes;

    private final SentLog sent;

    private final TimeSource time;

    private final SplittableRandom random;

    private final List<String> strikes = new ArrayList<>();

    Nemesis(Processes processes, SentLog sent, TimeSource time, long seed) {
        this.processes = processes;
        this.sent = sent;
        this.time = time;
        this.random = new SplittableRandom(seed);
    }

    /** What was done, in order. */
    List<String> strikes() {
        return List.copyOf(this.strikes);
    }

    void strike(int deliveries) throws InterruptedException {
        awaitShare(deliveries, 0.05, 0.15);
        killHub();
        awaitShare(deliveries, 0.20, 0.30);
        killHub();
        awaitShare(deliveries, 0.35, 0.45);
        killBroker();
        awaitShare(deliveries, 0.55, 0.65);
        killHubWithoutBroker();
        awaitShare(deliveries, 0.80, 0.90);
        killHub();
    }

    private void killHub() throws InterruptedException {
        note("hub killed");
        this.processes.killHub();
        this.processes.startHub();
        this.processes.awaitHub();
    }

    private void killBroker() throws InterruptedException {
        note("broker killed");
        this.processes.killBroker();
        awaitAccepted(this.sent.acceptedCount() + ACCEPTED_WITHOUT_BROKER);
        note("broker started");
        this.processes.startBroker();
        this.processes.awaitBroker();
    }

    private void killHubWithoutBroker() throws InterruptedException {
        note("broker killed");
        this.processes.killBroker();
        awaitAccepted(this.sent.acceptedCount() + ACCEPTED_WITHOUT_BROKER);
        note("hub killed while the broker is down");
        this.processes.killHub();
        this.processes.startHub();
        this.processes.startBroker();
        this.processes.awaitBroker();
        this.processes.awaitHub();
    }

    private void note(String strike) {
        String line = "%s after %d accepted".formatted(strike, this.sent.acceptedCount());
        this.strikes.add(line);
        System.out.println("  -- " + line);
    }

    private void awaitShare(int deliveries, double from, double to) throws InterruptedException {
        awaitAccepted((int) (deliveries * this.random.nextDouble(from, to)));
        this.time.sleep(Duration.ofMillis(this.random.nextInt(100)));
    }

    private void awaitAccepted(int count) throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        while (this.sent.acceptedCount() < count) {
            if (this.time.nanoTime() > giveUpAt) {
                throw new IllegalStateException(
                        "The hub accepts nothing any more: %d of %d".formatted(this.sent.acceptedCount(), count));
            }
            this.time.sleep(Duration.ofMillis(5));
        }
    }
}
