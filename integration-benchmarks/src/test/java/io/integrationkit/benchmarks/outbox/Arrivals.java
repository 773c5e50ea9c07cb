package io.integrationkit.benchmarks.outbox;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** What came of one measurement, in the order in which it came. */
final class Arrivals {

    private final String tag;

    private final Map<String, BitSet> seenByKey = new HashMap<>();

    private long distinct;

    private long duplicates;

    private long inversions;

    Arrivals(String tag) {
        this.tag = tag;
    }

    /** A message came; those of other measurements do not count. */
    void arrived(String key, long number) {
        if (!Message.belongsTo(this.tag, key)) {
            return;
        }
        BitSet seen = this.seenByKey.computeIfAbsent(key, (any) -> new BitSet());
        int index = Math.toIntExact(number);
        if (seen.get(index)) {
            this.duplicates++;
            return;
        }
        if (seen.length() > index) {
            this.inversions++;
        }
        seen.set(index);
        this.distinct++;
    }

    /** How many different messages came. */
    long distinct() {
        return this.distinct;
    }

    /** How many came once more. */
    long duplicates() {
        return this.duplicates;
    }

    /** How many came for the first time after a later one of their key. */
    long inversions() {
        return this.inversions;
    }
}
