package io.integrationkit.sample.demo;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of a run. Its components are the keys of the report file, in this order.
 *
 * @param sent requests that went out
 * @param distinct delivery ids that were sent
 * @param accepted delivery ids that got a 2xx
 * @param duplicatesDropped answers that called the delivery a duplicate
 * @param rejected answers that were not a 2xx
 * @param published records in the topic
 * @param consumed records that all listeners have committed
 * @param effects delivery ids that had an effect
 * @param effectsMoreThanOnce delivery ids that had more than one
 * @param attempts requests the downstream got
 * @param retries those of them that were not the first of their delivery
 * @param circuitOpened how often a breaker opened
 * @param deadLettered delivery ids that were ever given up
 * @param deadLetteredOpen those of them that still are
 * @param replayed those of them that no longer are
 * @param pending messages still on their way
 * @param lost accepted delivery ids of which nothing is left
 * @param orderViolations deliveries whose effect came before that of an earlier one of their key
 * @param projectionMismatch keys and events the projection counted wrongly
 * @param seconds from the first request until nothing was pending
 * @param deliveriesPerSecond accepted deliveries by those seconds
 * @param seed seed of the run
 * @param reliability what the policies did
 */
public record DemoReport(
        int sent,
        int distinct,
        int accepted,
        int duplicatesDropped,
        int rejected,
        long published,
        long consumed,
        int effects,
        int effectsMoreThanOnce,
        int attempts,
        int retries,
        long circuitOpened,
        int deadLettered,
        int deadLetteredOpen,
        int replayed,
        long pending,
        int lost,
        int orderViolations,
        int projectionMismatch,
        double seconds,
        double deliveriesPerSecond,
        long seed,
        ReliabilityFigures reliability) {

    /**
     * Tells whether everything accepted is accounted for and nothing went wrong.
     *
     * @return whether the run passes
     */
    public boolean passed() {
        return this.lost == 0
                && this.effectsMoreThanOnce == 0
                && this.orderViolations == 0
                && this.projectionMismatch == 0
                && balanced();
    }

    /**
     * Tells whether accepted = effects + open dead letters + pending.
     *
     * @return whether the sum is right
     */
    public boolean balanced() {
        return this.accepted == this.effects + this.deadLetteredOpen + this.pending;
    }

    /**
     * Returns the figures by name.
     *
     * @return name to figure, in the order of the report
     */
    public Map<String, Object> figures() {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("sent", this.sent);
        figures.put("distinct", this.distinct);
        figures.put("accepted", this.accepted);
        figures.put("duplicatesDropped", this.duplicatesDropped);
        figures.put("rejected", this.rejected);
        figures.put("published", this.published);
        figures.put("consumed", this.consumed);
        figures.put("effects", this.effects);
        figures.put("effectsMoreThanOnce", this.effectsMoreThanOnce);
        figures.put("attempts", this.attempts);
        figures.put("retries", this.retries);
        figures.put("circuitOpened", this.circuitOpened);
        figures.put("deadLettered", this.deadLettered);
        figures.put("deadLetteredOpen", this.deadLetteredOpen);
        figures.put("replayed", this.replayed);
        figures.put("pending", this.pending);
        figures.put("lost", this.lost);
        figures.put("orderViolations", this.orderViolations);
        figures.put("projectionMismatch", this.projectionMismatch);
        figures.put("seconds", this.seconds);
        figures.put("deliveriesPerSecond", this.deliveriesPerSecond);
        figures.put("seed", this.seed);
        figures.put("reliability", this.reliability);
        return figures;
    }
}
