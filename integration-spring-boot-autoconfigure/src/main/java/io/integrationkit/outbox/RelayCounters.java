package io.integrationkit.outbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the outbox counts; written by publishers and relay, read by anyone. */
final class RelayCounters {

    final LongAdder published = new LongAdder();

    final LongAdder sent = new LongAdder();

    final LongAdder failed = new LongAdder();

    final LongAdder deadLettered = new LongAdder();

    final LongAdder parked = new LongAdder();

    final Map<String, String> unavailable = new ConcurrentHashMap<>();

    final RelayTrouble tableTrouble = new RelayTrouble();

    final RelayTrouble leaseTrouble = new RelayTrouble();

    @Nullable
    String lastError() {
        String message = this.tableTrouble.message();
        return (message != null) ? message : this.leaseTrouble.message();
    }
}
