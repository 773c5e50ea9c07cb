package io.integrationkit.sample.demo;

import java.util.List;

/**
 * What was found wrong, by the ids of the deliveries concerned.
 *
 * @param lost accepted deliveries that have neither effect nor open dead letter and are not on their way
 * @param effectsMoreThanOnce deliveries that had a second effect
 * @param orderViolations deliveries whose effect came before that of an earlier one of their key
 * @param projectionMismatches key, event and counts where the projection is wrong
 */
public record Verdict(
        List<String> lost,
        List<String> effectsMoreThanOnce,
        List<String> orderViolations,
        List<String> projectionMismatches) {

    /**
     * Tells whether nothing was found.
     *
     * @return whether all is well
     */
    public boolean clean() {
        return this.lost.isEmpty()
                && this.effectsMoreThanOnce.isEmpty()
                && this.orderViolations.isEmpty()
                && this.projectionMismatches.isEmpty();
    }
}
