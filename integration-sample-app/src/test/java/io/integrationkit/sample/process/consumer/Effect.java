package io.integrationkit.sample.process.consumer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a handler did.
 *
 * @param number its place in the order of the database
 * @param id of the event
 * @param key of the event
 * @param sequence of the event among those of its key
 * @param instance who did it
 */
record Effect(long number, String id, int key, long sequence, String instance) {

    /** Those that repeat an earlier one. */
    static List<Effect> repeated(List<Effect> effects) {
        Set<String> ids = new HashSet<>();
        return effects.stream().filter((effect) -> !ids.add(effect.id())).toList();
    }

    /** Those that come behind one of their key with a higher sequence, beside it. */
    static List<String> outOfOrder(List<Effect> effects) {
        Map<Integer, Effect> latest = new HashMap<>();
        List<String> found = new ArrayList<>();
        for (Effect effect : effects) {
            Effect before = latest.get(effect.key());
            if (before != null && effect.sequence() < before.sequence()) {
                found.add(effect + " behind " + before);
            } else {
                latest.put(effect.key(), effect);
            }
        }
        return found;
    }
}
