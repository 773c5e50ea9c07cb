package io.integrationkit.sample.demo;

import java.util.List;

/**
 * What a run sends.
 *
 * @param deliveries the deliveries, each once
 * @param duplicateShare share of them that is sent twice, 0 to 1
 * @param concurrency how many requests at a time
 * @param seed seed of all choices
 */
public record LoadPlan(List<WebhookDelivery> deliveries, double duplicateShare, int concurrency, long seed) {

    public LoadPlan {
        deliveries = List.copyOf(deliveries);
    }

    List<WebhookDelivery> schedule() {
        return Schedule.of(this.deliveries, this.duplicateShare, this.seed);
    }
}
