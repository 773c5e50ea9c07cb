package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.HubView.DeadLetterEntry;
import io.integrationkit.sample.demo.HubView.Flow;
import io.integrationkit.sample.downstream.DownstreamLog;
import io.integrationkit.sample.downstream.Effect;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One run: load, wait until the messages have come through, repair the downstream, replay what was given up, judge.
 * Needs no Spring, so that it also drives a hub in another process.
 */
public final class DemoRun {

    private static final Duration REPLAY_PATIENCE = Duration.ofMinutes(1);

    private static final Duration REPLAY_PAUSE = Duration.ofMillis(500);

    private final LoadPlan plan;

    private final LoadDriver driver;

    private final MisbehavingDownstream downstream;

    private final HubView hub;

    private final TimeSource time;

    private final ProgressLine progress;

    private final HalfTime halfTime;

    private final boolean repair;

    private final Baseline baseline;

    /**
     * Prepares a run; notes what the hub holds from before.
     *
     * @param plan what to send
     * @param driver sends it
     * @param downstream where the hub notifies
     * @param hub the hub
     * @param time its clock
     * @param output where progress goes, a line at a time
     * @param intervention what is done to the hub when half of the messages are posted
     * @param repair whether the downstream is repaired after the load and what was given up replayed
     */
    public DemoRun(
            LoadPlan plan,
            LoadDriver driver,
            MisbehavingDownstream downstream,
            HubView hub,
            TimeSource time,
            ProgressLine.Output output,
            Intervention intervention,
            boolean repair) {
        this.plan = plan;
        this.driver = driver;
        this.downstream = downstream;
        this.hub = hub;
        this.time = time;
        this.progress = new ProgressLine(output, time, plan.deliveries().size(), driver.log(), downstream.log(), hub);
        this.halfTime = new HalfTime(intervention, plan.deliveries().size(), downstream.log(), time);
        this.repair = repair;
        this.baseline = Baseline.of(hub);
    }

    /**
     * Runs.
     *
     * @return what came of it
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if the hub knew deliveries of this run before
     */
    public DemoResult run() throws InterruptedException {
        long startedAt = this.time.nanoTime();
        this.progress.begin();
        this.halfTime.begin();
        try {
            this.driver.send(this.plan.schedule(), this.plan.concurrency());
            requireUnknownBefore();
            awaitPassage();
            double seconds = (this.time.nanoTime() - startedAt) / 1e9;
            if (this.repair) {
                this.downstream.repair();
                replay();
                awaitPassage();
            }
            return judge(seconds);
        } finally {
            this.halfTime.end();
            this.progress.end();
        }
    }

    private void requireUnknownBefore() {
        Set<String> known = this.driver.log().knownBefore();
        if (!known.isEmpty()) {
            throw new IllegalStateException(
                    "The hub knew %d deliveries of this run before it began: take another --demo.seed than %d, or an empty database"
                            .formatted(known.size(), this.plan.seed()));
        }
    }

    private void awaitPassage() throws InterruptedException {
        new Passage(this.hub, this.time).await();
    }

    private void replay() throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + REPLAY_PATIENCE.toNanos();
        while (replayOpen() && this.time.nanoTime() < giveUpAt) {
            this.time.sleep(REPLAY_PAUSE);
        }
    }

    /** Replays once and tells whether another time is worth it: a breaker may still have been open. */
    private boolean replayOpen() {
        try {
            if (deadLetters().stream().noneMatch(DeadLetterEntry::open)) {
                return false;
            }
            this.hub.replayDeadLetters();
        } catch (HubUnreachableException ex) {
            return true;
        }
        return true;
    }

    private List<DeadLetterEntry> deadLetters() {
        return this.hub.deadLetters().stream()
                .filter((entry) -> !this.baseline.deadLetters().contains(entry.id()))
                .toList();
    }

    private DemoResult judge(double seconds) {
        List<DeadLetterEntry> deadLetters = deadLetters();
        List<Effect> effects = this.downstream.log().effects();
        Set<String> ever = deliveries(deadLetters);
        Set<String> open =
                deliveries(deadLetters.stream().filter(DeadLetterEntry::open).toList());
        Evidence evidence = new Evidence(
                this.plan.deliveries(),
                this.driver.log(),
                effects,
                ever,
                open,
                this.hub.pendingDeliveries(),
                this.baseline.projected(this.hub.projection()));
        Verdict verdict = Verifier.judge(evidence);
        return new DemoResult(
                report(evidence, verdict, seconds),
                verdict,
                this.downstream.log().faults());
    }

    /** A dead letter names the message; which delivery that was, the downstream knows from the requests for it. */
    private Set<String> deliveries(List<DeadLetterEntry> entries) {
        return entries.stream()
                .map((entry) -> (entry.messageId() != null)
                        ? this.downstream.log().deliveryOf(entry.messageId()).orElse("message " + entry.messageId())
                        : "dead letter " + entry.id())
                .collect(Collectors.toSet());
    }

    private DemoReport report(Evidence evidence, Verdict verdict, double seconds) {
        SentLog sent = evidence.sent();
        Flow flow = this.hub.flow();
        int open = evidence.openDeadLetters().size();
        int accepted = sent.acceptedCount();
        return new DemoReport(
                sent.requests(),
                sent.sentIds().size(),
                accepted,
                sent.duplicates(),
                sent.refusedCount(),
                flow.published() - this.baseline.flow().published(),
                flow.consumed() - this.baseline.flow().consumed(),
                (int) evidence.effects().stream()
                        .map(Effect::deliveryId)
                        .distinct()
                        .count(),
                verdict.effectsMoreThanOnce().size(),
                this.downstream.log().requests(),
                this.downstream.log().repetitions(),
                Math.max(0, this.hub.circuitOpened() - this.baseline.circuitOpened()),
                evidence.everDeadLettered().size(),
                open,
                evidence.everDeadLettered().size() - open,
                flow.pending(),
                verdict.lost().size(),
                verdict.orderViolations().size(),
                verdict.projectionMismatches().size(),
                Math.round(seconds * 10) / 10.0,
                Math.round(accepted / seconds * 10) / 10.0,
                this.plan.seed(),
                reliability());
    }

    private ReliabilityFigures reliability() {
        DownstreamLog log = this.downstream.log();
        HalfTime.Effect change = this.halfTime.effect();
        return new ReliabilityFigures(
                log.waitsKept(),
                log.waitsBroken(),
                this.hub.budgetRefusals(),
                log.lookups(),
                this.hub.fallbacks(),
                change.changes(),
                change.before(),
                change.after());
    }

    /** What the hub held before the run, for a database and a topic that are not new. */
    private record Baseline(Flow flow, Set<String> deadLetters, Map<KeyAndEvent, Long> projection, long circuitOpened) {

        static Baseline of(HubView hub) {
            return new Baseline(
                    hub.flow(),
                    hub.deadLetters().stream().map(DeadLetterEntry::id).collect(Collectors.toSet()),
                    hub.projection(),
                    hub.circuitOpened());
        }

        Map<KeyAndEvent, Long> projected(Map<KeyAndEvent, Long> now) {
            Map<KeyAndEvent, Long> counted = new HashMap<>(now);
            this.projection.forEach((entry, count) -> counted.merge(entry, -count, Long::sum));
            counted.values().removeIf((count) -> count == 0);
            return counted;
        }
    }
}
