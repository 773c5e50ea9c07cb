package io.integrationkit.sample.process.outbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a consumer saw, in its order: the oracle. Written by one thread, read by others.
 *
 * <p>Each committed version of a key must arrive at least once; nothing else may arrive; first appearances of a key
 * ascend.
 */
final class Arrivals {

    private static final int MOST_NAMED = 10;

    private final Map<Integer, TreeMap<Long, String>> first = new HashMap<>();

    private final Map<String, Long> byInstance = new ConcurrentHashMap<>();

    private final List<String> orderViolations = new ArrayList<>();

    private final List<String> contradictions = new ArrayList<>();

    private final List<String> duplicatesNamed = new ArrayList<>();

    private long count;

    private long duplicates;

    synchronized void add(Version arrived) {
        this.count++;
        this.byInstance.merge(arrived.instance(), 1L, Long::sum);
        TreeMap<Long, String> ofKey = this.first.computeIfAbsent(arrived.key(), (key) -> new TreeMap<>());
        String before = ofKey.get(arrived.version());
        if (before == null) {
            if (!ofKey.isEmpty() && arrived.version() < ofKey.lastKey()) {
                this.orderViolations.add("key %d: version %d first appears after %d"
                        .formatted(arrived.key(), arrived.version(), ofKey.lastKey()));
            }
            ofKey.put(arrived.version(), arrived.mark());
        } else if (before.equals(arrived.mark())) {
            this.duplicates++;
            if (this.duplicatesNamed.size() < MOST_NAMED) {
                this.duplicatesNamed.add(
                        "key %d version %d, after %d".formatted(arrived.key(), arrived.version(), ofKey.lastKey()));
            }
        } else {
            this.contradictions.add("key %d: two changes to version %d".formatted(arrived.key(), arrived.version()));
        }
    }

    synchronized long count() {
        return this.count;
    }

    /** How many of an instance's messages arrived, whoever sent them. */
    long publishedBy(String instance) {
        return this.byInstance.getOrDefault(instance, 0L);
    }

    synchronized long duplicates() {
        return this.duplicates;
    }

    /** The first ones since the last call. */
    synchronized List<String> takeDuplicatesNamed() {
        List<String> taken = List.copyOf(this.duplicatesNamed);
        this.duplicatesNamed.clear();
        return taken;
    }

    synchronized List<String> orderViolations() {
        return List.copyOf(this.orderViolations);
    }

    /** The versions that are committed and have not arrived. */
    synchronized List<String> missing(Map<Integer, Long> committed) {
        List<String> missing = new ArrayList<>();
        committed.forEach((key, latest) -> {
            TreeMap<Long, String> arrived = this.first.getOrDefault(key, new TreeMap<>());
            if (arrived.headMap(latest, true).size() < latest) {
                for (long version = 1; version <= latest; version++) {
                    if (!arrived.containsKey(version)) {
                        missing.add("key %d version %d".formatted(key, version));
                    }
                }
            }
        });
        return missing;
    }

    /** Mark of each version of each key that arrived: {@code key -> version -> mark}. */
    synchronized Map<Integer, Map<Long, String>> marks() {
        Map<Integer, Map<Long, String>> copy = new HashMap<>();
        this.first.forEach((key, versions) -> copy.put(key, new TreeMap<>(versions)));
        return copy;
    }

    /** Changes to the same version of which at most one can be committed. */
    synchronized List<String> contradictions() {
        return List.copyOf(this.contradictions);
    }

    /** What of that arrived and was never committed; the ledger must be read after the marks of the arrivals. */
    static List<String> phantoms(Map<Integer, Map<Long, String>> arrived, Map<Integer, Map<Long, String>> committed) {
        List<String> found = new ArrayList<>();
        arrived.forEach((key, versions) -> versions.forEach((version, mark) -> {
            if (!mark.equals(committed.getOrDefault(key, Map.of()).get(version))) {
                found.add("key %d version %d".formatted(key, version));
            }
        }));
        return found;
    }
}
