package io.integrationkit.sample.demo;

import io.integrationkit.sample.downstream.Effect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges a run by what was sent and what the downstream did. The hub's own counters are not asked: a hub that lost a
 * delivery would not have counted it either.
 */
public final class Verifier {

    private Verifier() {}

    /**
     * Judges a run.
     *
     * @param evidence what was sent, and what came of it
     * @return what was found
     */
    public static Verdict judge(Evidence evidence) {
        return new Verdict(
                lost(evidence), moreThanOnce(evidence.effects()), orderViolations(evidence), mismatches(evidence));
    }

    private static List<String> lost(Evidence evidence) {
        Set<String> missing = new HashSet<>(evidence.sent().acceptedIds());
        evidence.effects().forEach((effect) -> missing.remove(effect.deliveryId()));
        missing.removeAll(evidence.openDeadLetters());
        missing.removeAll(evidence.pending());
        return missing.stream().sorted().toList();
    }

    private static List<String> moreThanOnce(List<Effect> effects) {
        return effects.stream()
                .collect(Collectors.groupingBy(Effect::deliveryId, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .filter((entry) -> entry.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Delivery A of a key had its 2xx before B of that key was sent, yet B's first effect came before A's. Only what
     * the sender could know counts: deliveries that were on their way together have no order. What was ever given up
     * is excepted, since its replay comes when it comes.
     */
    private static List<String> orderViolations(Evidence evidence) {
        Map<String, Integer> firstEffects = new HashMap<>();
        evidence.effects().forEach((effect) -> firstEffects.putIfAbsent(effect.deliveryId(), effect.order()));
        firstEffects.keySet().removeAll(evidence.everDeadLettered());
        Map<String, List<WebhookDelivery>> byKey = evidence.deliveries().stream()
                .collect(Collectors.groupingBy(WebhookDelivery::key, TreeMap::new, Collectors.toList()));
        List<String> violations = new ArrayList<>();
        for (List<WebhookDelivery> ofKey : byKey.values()) {
            violations.addAll(orderViolations(history(ofKey, evidence.sent(), firstEffects)));
        }
        return violations;
    }

    private static List<Passage> history(
            List<WebhookDelivery> deliveries, SentLog sent, Map<String, Integer> firstEffects) {
        List<Passage> history = new ArrayList<>();
        for (WebhookDelivery delivery : deliveries) {
            Integer effect = firstEffects.get(delivery.id());
            if (effect != null) {
                history.add(new Passage(
                        delivery.id(),
                        sent.firstSent(delivery.id()).orElse(Long.MIN_VALUE),
                        sent.firstAccepted(delivery.id()).orElse(Long.MAX_VALUE),
                        effect));
            }
        }
        return history;
    }

    /**
     * Walks the deliveries in the order in which they were sent, and beside them those that had been accepted by then:
     * B is wrong if the latest effect among these came after its own. Two sorts and one pass.
     */
    private static List<String> orderViolations(List<Passage> history) {
        List<Passage> bySending = sorted(history, Comparator.comparingLong(Passage::sent));
        List<Passage> byAcceptance = sorted(history, Comparator.comparingLong(Passage::accepted));
        List<String> violations = new ArrayList<>();
        Passage latest = null;
        int next = 0;
        for (Passage passage : bySending) {
            while (next < byAcceptance.size() && byAcceptance.get(next).accepted() < passage.sent()) {
                latest = later(latest, byAcceptance.get(next++));
            }
            if (latest != null && passage.effect() < latest.effect()) {
                violations.add("%s (before %s)".formatted(passage.id(), latest.id()));
            }
        }
        return violations;
    }

    private static List<Passage> sorted(List<Passage> history, Comparator<Passage> order) {
        return history.stream().sorted(order).toList();
    }

    private static Passage later(@Nullable Passage one, Passage other) {
        return (one == null || other.effect() > one.effect()) ? other : one;
    }

    private static List<String> mismatches(Evidence evidence) {
        Set<String> sent = evidence.sent().sentIds();
        Map<KeyAndEvent, Long> expected = evidence.deliveries().stream()
                .filter((delivery) -> sent.contains(delivery.id()))
                .collect(Collectors.groupingBy(
                        (delivery) -> new KeyAndEvent(delivery.key(), delivery.event()), Collectors.counting()));
        Set<KeyAndEvent> all = new HashSet<>(expected.keySet());
        all.addAll(evidence.projected().keySet());
        return all.stream()
                .filter((entry) -> count(expected, entry) != count(evidence.projected(), entry))
                .map((entry) -> "%s (sent %d, projected %d)"
                        .formatted(entry, count(expected, entry), count(evidence.projected(), entry)))
                .sorted()
                .toList();
    }

    private static long count(Map<KeyAndEvent, Long> counts, KeyAndEvent entry) {
        return counts.getOrDefault(entry, 0L);
    }

    /** One delivery's way: sent, accepted, and its place among all effects. */
    private record Passage(String id, long sent, long accepted, int effect) {}
}
