package io.integrationkit.sample.process;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.LoadDriver;
import io.integrationkit.sample.downstream.DownstreamLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Kills processes in the middle of the load, at points the seed decides: the hub several times, the broker once while
 * the hub goes on taking deliveries, and the hub once while the broker is down. Holds the load back so far that it does
 * not end before the last blow, however slow the machine starts what was killed.
 */
final class Nemesis implements LoadDriver.Pace {

    /** Effects since the last blow, so that the next one meets listeners at work. */
    private static final int EFFECTS_BETWEEN_BLOWS = 20;

    /** How many deliveries the load may take beyond a point; half of them are seen to pass while the broker is down. */
    private static final int STEP = 80;

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Processes processes;

    private final DownstreamLog downstream;

    private final TimeSource time;

    private final SplittableRandom random;

    private final int deliveries;

    private final List<String> blows = new CopyOnWriteArrayList<>();

    private final AtomicInteger accepted = new AtomicInteger();

    private volatile int ceiling;

    Nemesis(Processes processes, DownstreamLog downstream, TimeSource time, int deliveries, long seed) {
        this.processes = processes;
        this.downstream = downstream;
        this.time = time;
        this.deliveries = deliveries;
        this.random = new SplittableRandom(seed);
    }

    /** What was done, in order. */
    List<String> blows() {
        return new ArrayList<>(this.blows);
    }

    @Override
    public void awaitTurn(int acceptedSoFar) throws InterruptedException {
        this.accepted.accumulateAndGet(acceptedSoFar, Math::max);
        while (this.accepted.get() >= this.ceiling) {
            this.time.sleep(PAUSE);
        }
    }

    void strike() throws InterruptedException {
        awaitMoment(0.08);
        killHub();
        awaitMoment(0.22);
        killHub();
        awaitMoment(0.36);
        killBroker();
        awaitMoment(0.56);
        killHubWithoutBroker();
        awaitMoment(0.78);
        killHub();
        this.ceiling = Integer.MAX_VALUE;
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
        awaitStepWithoutBroker();
        note("broker started");
        this.processes.startBroker();
        this.processes.awaitBroker();
    }

    private void killHubWithoutBroker() throws InterruptedException {
        note("broker killed");
        this.processes.killBroker();
        awaitStepWithoutBroker();
        note("hub killed while the broker is down");
        this.processes.killHub();
        this.processes.startHub();
        this.processes.startBroker();
        this.processes.awaitBroker();
        this.processes.awaitHub();
    }

    private void note(String blow) {
        String line = "%s after %d accepted".formatted(blow, this.accepted.get());
        this.blows.add(line);
        System.out.println("  -- " + line);
    }

    /** Lets the load come up to the point, waits for the listeners, then strikes while the load goes on. */
    private void awaitMoment(double share) throws InterruptedException {
        int point = (int) (this.deliveries * (share + this.random.nextDouble(0.05)));
        int effects = this.downstream.effectCount();
        this.ceiling = point;
        awaitAccepted(point);
        await("posts nothing", () -> this.downstream.effectCount() >= effects + EFFECTS_BETWEEN_BLOWS);
        goOn();
        this.time.sleep(Duration.ofMillis(20 + this.random.nextInt(100)));
    }

    private void goOn() {
        this.ceiling = this.accepted.get() + STEP;
    }

    private void awaitStepWithoutBroker() throws InterruptedException {
        goOn();
        awaitAccepted(this.accepted.get() + STEP / 2);
    }

    private void awaitAccepted(int count) throws InterruptedException {
        await("accepts nothing", () -> this.accepted.get() >= count);
    }

    private void await(String complaint, Condition condition) throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (this.time.nanoTime() > giveUpAt) {
                throw new IllegalStateException(
                        "The hub %s any more, after %d accepted".formatted(complaint, this.accepted.get()));
            }
            this.time.sleep(PAUSE);
        }
    }

    @FunctionalInterface
    private interface Condition {

        boolean holds();
    }
}
