package io.integrationkit.sample.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * In which order deliveries are sent, some of them twice: half of the duplicates at once behind the original, so that
 * both are on their way together, half of them much later.
 */
public final class Schedule {

    private static final int LATE = 400;

    private Schedule() {}

    /**
     * Makes a schedule.
     *
     * @param deliveries what to send, each once
     * @param duplicateShare share of deliveries that are sent a second time, 0 to 1
     * @param seed seed of the choices
     * @return what to send, in order
     */
    public static List<WebhookDelivery> of(List<WebhookDelivery> deliveries, double duplicateShare, long seed) {
        SplittableRandom random = new SplittableRandom(seed + 1);
        TreeMap<Integer, List<WebhookDelivery>> late = new TreeMap<>();
        List<WebhookDelivery> schedule = new ArrayList<>();
        for (int i = 0; i < deliveries.size(); i++) {
            WebhookDelivery delivery = deliveries.get(i);
            schedule.add(delivery);
            if (random.nextDouble() < duplicateShare) {
                if (random.nextBoolean()) {
                    schedule.add(delivery);
                } else {
                    late.computeIfAbsent(i + 1 + random.nextInt(LATE), (place) -> new ArrayList<>())
                            .add(delivery);
                }
            }
            schedule.addAll(late.getOrDefault(i, List.of()));
        }
        late.tailMap(deliveries.size()).values().forEach(schedule::addAll);
        return schedule;
    }
}
