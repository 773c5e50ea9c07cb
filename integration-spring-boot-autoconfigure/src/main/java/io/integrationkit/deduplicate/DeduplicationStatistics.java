package io.integrationkit.deduplicate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * How many duplicates this instance has recognised since it started, by consumer. Only sums are kept, and nothing of a
 * message. Safe for use by any number of threads.
 */
public final class DeduplicationStatistics {

    private final Map<String, LongAdder> duplicates = new ConcurrentHashMap<>();

    private final List<Consumer<String>> listeners = new ArrayList<>();

    /** Creates statistics of no consumer. */
    public DeduplicationStatistics() {}

    /** The sum of a consumer; those who listen are told of it when it is asked for the first time. */
    synchronized LongAdder of(String consumer) {
        LongAdder known = this.duplicates.get(consumer);
        if (known != null) {
            return known;
        }
        LongAdder sum = new LongAdder();
        this.duplicates.put(consumer, sum);
        this.listeners.forEach((listener) -> listener.accept(consumer));
        return sum;
    }

    /**
     * Returns how many messages of a consumer were duplicates, each of a batch counted.
     *
     * @param consumer name of the consumer
     * @return the number; 0 for a consumer that has none, or is not known
     */
    public long duplicates(String consumer) {
        LongAdder sum = this.duplicates.get(consumer);
        return (sum != null) ? sum.sum() : 0;
    }

    /**
     * Returns how many messages of each consumer were duplicates.
     *
     * @return the numbers by name of the consumer, in the order of the names; a copy
     */
    public SortedMap<String, Long> consumers() {
        SortedMap<String, Long> read = new TreeMap<>();
        this.duplicates.forEach((consumer, sum) -> read.put(consumer, sum.sum()));
        return read;
    }

    /**
     * Tells of each consumer: of those there are before this returns, of each further one when it is defined, on the
     * thread that defines it.
     *
     * @param listener gets the name of the consumer; must not call back
     */
    public synchronized void onConsumer(Consumer<String> listener) {
        this.listeners.add(listener);
        this.duplicates.keySet().forEach(listener);
    }
}
