package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the outbox counts; written by publishers and relay, read by anyone. */
final class RelayCounters {

    /** Destinations beyond that many count in the sums only, so that names made from data fill no memory. */
    static final int MOST_DESTINATIONS = 100;

    final LongAdder published = new LongAdder();

    final LongAdder sent = new LongAdder();

    final LongAdder failed = new LongAdder();

    final LongAdder deadLettered = new LongAdder();

    final LongAdder parked = new LongAdder();

    final LongAdder overtaken = new LongAdder();

    final Map<String, String> unavailable = new ConcurrentHashMap<>();

    final RelayTrouble tableTrouble = new RelayTrouble();

    final RelayTrouble leaseTrouble = new RelayTrouble();

    private final Map<String, OfDestination> destinations = new ConcurrentHashMap<>();

    private final List<Consumer<String>> listeners = new ArrayList<>();

    void sent(String destination) {
        this.sent.increment();
        OfDestination counters = of(destination);
        if (counters != null) {
            counters.sent.increment();
        }
    }

    void failed(String destination) {
        this.failed.increment();
        OfDestination counters = of(destination);
        if (counters != null) {
            counters.failed.increment();
        }
    }

    void deadLettered(String destination) {
        this.deadLettered.increment();
        OfDestination counters = of(destination);
        if (counters != null) {
            counters.deadLettered.increment();
        }
    }

    void parked(String destination, int count) {
        this.parked.add(count);
        OfDestination counters = of(destination);
        if (counters != null) {
            counters.parked.add(count);
        }
    }

    /** Returns the counters of a destination, or {@code null} if there are too many. */
    private @Nullable OfDestination of(String destination) {
        OfDestination known = this.destinations.get(destination);
        return (known != null) ? known : begin(destination);
    }

    /** Holds the lock while listeners are told, so that each of them hears of each destination once. */
    private synchronized @Nullable OfDestination begin(String destination) {
        OfDestination known = this.destinations.get(destination);
        if (known != null || this.destinations.size() >= MOST_DESTINATIONS) {
            return known;
        }
        OfDestination begun = new OfDestination();
        this.destinations.put(destination, begun);
        this.listeners.forEach((listener) -> listener.accept(destination));
        return begun;
    }

    synchronized void onDestination(Consumer<String> listener) {
        this.listeners.add(listener);
        this.destinations.keySet().forEach(listener);
    }

    DestinationStatistics statistics(String destination) {
        OfDestination counters = this.destinations.get(destination);
        return (counters != null)
                ? new DestinationStatistics(
                        counters.sent.sum(), counters.failed.sum(), counters.deadLettered.sum(), counters.parked.sum())
                : DestinationStatistics.NONE;
    }

    @Nullable
    String lastError() {
        String message = this.tableTrouble.message();
        return (message != null) ? message : this.leaseTrouble.message();
    }

    /** Part of the sums. */
    private static final class OfDestination {

        private final LongAdder sent = new LongAdder();

        private final LongAdder failed = new LongAdder();

        private final LongAdder deadLettered = new LongAdder();

        private final LongAdder parked = new LongAdder();
    }
}
