package io.integrationkit.idempotency;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * What this instance has done with keys since it started, by operation. Only sums are kept, and nothing of a key. Safe for
 * use by any number of threads.
 */
public final class IdempotencyStatistics {

    private static final KeyStatistics NONE = new KeyStatistics(0, 0, 0, Duration.ZERO, 0);

    private final Map<String, KeySums> operations = new ConcurrentHashMap<>();

    private final List<Consumer<String>> listeners = new ArrayList<>();

    /** Creates statistics of no operation. */
    public IdempotencyStatistics() {}

    /** The sums of an operation; those who listen are told of it when it is asked for the first time. */
    synchronized KeySums of(String operation) {
        KeySums known = this.operations.get(operation);
        if (known != null) {
            return known;
        }
        KeySums sums = new KeySums();
        this.operations.put(operation, sums);
        this.listeners.forEach((listener) -> listener.accept(operation));
        return sums;
    }

    /**
     * Returns what was done for one operation.
     *
     * @param name name of the operation
     * @return its numbers; zeros for one that has no keys, or none yet
     */
    public KeyStatistics operation(String name) {
        KeySums sums = this.operations.get(name);
        return (sums != null) ? sums.read() : NONE;
    }

    /**
     * Returns what was done for each operation that has keys.
     *
     * @return the numbers by name of the operation, in the order of the names; a copy
     */
    public SortedMap<String, KeyStatistics> operations() {
        SortedMap<String, KeyStatistics> read = new TreeMap<>();
        this.operations.forEach((name, sums) -> read.put(name, sums.read()));
        return read;
    }

    /**
     * Tells of each operation that has keys: of those there are before this returns, of each further one when it is
     * defined, on the thread that defines it.
     *
     * @param listener told the name, once for each; must be quick and throw nothing
     */
    public synchronized void onOperation(Consumer<String> listener) {
        this.operations.keySet().forEach(listener);
        this.listeners.add(listener);
    }
}
