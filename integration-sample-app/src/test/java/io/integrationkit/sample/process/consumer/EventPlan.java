package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.consumer.Numbered.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Which record comes next, as the seed decides: events of some keys, a tenth of them a second time later in the same
 * partition, and in each partition poison of each kind at an offset that is fixed beforehand. Remembers what it gave.
 */
final class EventPlan {

    static final int PARTITIONS = 6;

    private static final int KEYS = 24;

    private static final int OFFSETS_OF_POISON = 200;

    private static final int LATEST_COPY = 150;

    private static final double COPIED = 0.1;

    private static final double STUMBLING = 0.01;

    private final SplittableRandom random;

    /** Offset to what is there, by partition. */
    private final List<Map<Long, Poison>> poison = new ArrayList<>();

    private final long[] offsets = new long[PARTITIONS];

    private final long[] sequences = new long[KEYS];

    private final List<Deque<Planned>> copies = new ArrayList<>();

    private final Map<String, Kind> events = new LinkedHashMap<>();

    private final Map<Poison, Set<String>> given = new EnumMap<>(Poison.class);

    private int copied;

    private boolean ending;

    EventPlan(SplittableRandom random) {
        this.random = random;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Map<Long, Poison> ofPartition = new HashMap<>();
            for (Poison kind : Poison.values()) {
                while (ofPartition.putIfAbsent(random.nextLong(1, OFFSETS_OF_POISON), kind) != null) {
                    // There is one already.
                }
            }
            this.poison.add(ofPartition);
            this.copies.add(new ArrayDeque<>());
        }
        for (Poison kind : Poison.values()) {
            this.given.put(kind, new TreeSet<>());
        }
    }

    /** The next record, for every topic the same. */
    Planned next() {
        int key = this.random.nextInt(KEYS);
        int partition = key % PARTITIONS;
        long offset = this.offsets[partition]++;
        Poison kind = this.poison.get(partition).remove(offset);
        if (kind != null) {
            return poisoned(kind, key, partition, offset);
        }
        Planned copy = this.copies.get(partition).peek();
        if (copy != null && copy.offset() <= offset) {
            this.copied++;
            return this.copies.get(partition).remove().at(offset);
        }
        return event(this.random.nextDouble() < STUMBLING ? Kind.STUMBLING : Kind.GOOD, key, partition, offset);
    }

    private Planned poisoned(Poison kind, int key, int partition, long offset) {
        Planned planned = switch (kind) {
            case REFUSED -> event(Kind.REFUSED, key, partition, offset);
            case GARBLED -> new Planned(partition, offset, key, "garbled-%d-%d".formatted(partition, offset), null);
            case NO_EVENT -> new Planned(partition, offset, key, null, null);
        };
        if (kind == Poison.GARBLED) {
            copyLater(planned);
        }
        this.given.get(kind).add(planned.id() != null ? planned.id() : "%d@%d".formatted(partition, offset));
        return planned;
    }

    private Planned event(Kind kind, int key, int partition, long offset) {
        Numbered event = new Numbered(key, ++this.sequences[key], kind);
        Planned planned = new Planned(partition, offset, key, id(key, event.sequence()), event);
        this.events.put(planned.id(), kind);
        if (kind == Kind.REFUSED || (!this.ending && this.random.nextDouble() < COPIED)) {
            copyLater(planned);
        }
        return planned;
    }

    /** Id of an event. */
    static String id(int key, long sequence) {
        return "key-%d-%d".formatted(key, sequence);
    }

    private void copyLater(Planned planned) {
        this.copies
                .get(planned.partition())
                .add(planned.at(planned.offset() + 1 + this.random.nextInt(LATEST_COPY / PARTITIONS)));
    }

    /** From now on only what is missing is copied. */
    void end() {
        this.ending = true;
    }

    /** Whether all poison and all copies have been given. */
    boolean complete() {
        return this.poison.stream().allMatch(Map::isEmpty)
                && this.copies.stream().allMatch(Deque::isEmpty);
    }

    /** Offset of the next record of each partition, which is the number of those that were given. */
    long end(int partition) {
        return this.offsets[partition];
    }

    int copied() {
        return this.copied;
    }

    int distinct() {
        return this.events.size();
    }

    /** Ids of the events a handler must have had an effect for. */
    Set<String> expectedOf(String handler) {
        boolean refuses = Style.ofHandler(handler).handlers().get(0).equals(handler);
        Set<String> expected = new TreeSet<>();
        this.events.forEach((id, kind) -> {
            if (kind != Kind.REFUSED || !refuses) {
                expected.add(id);
            }
        });
        return expected;
    }

    /** Ids of the messages of a topic that must be dead letters. */
    Set<String> expectedDeadLettersOf(String topic) {
        Set<String> expected = new TreeSet<>();
        this.given.forEach((kind, ids) -> {
            for (String id : ids) {
                expected.add(kind == Poison.NO_EVENT ? topic + "-" + id : id);
            }
        });
        return expected;
    }
}
