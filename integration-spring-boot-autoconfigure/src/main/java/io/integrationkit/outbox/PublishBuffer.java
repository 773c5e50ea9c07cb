package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What one transaction has published and not written yet, in order. Used by the transaction's thread only. */
final class PublishBuffer {

    private final List<OutboxRecord> records = new ArrayList<>();

    private final Map<Object, Integer> savepoints = new IdentityHashMap<>();

    void add(OutboxRecord record) {
        this.records.add(record);
    }

    boolean isEmpty() {
        return this.records.isEmpty();
    }

    int size() {
        return this.records.size();
    }

    void savepoint(Object savepoint) {
        this.savepoints.put(savepoint, this.records.size());
    }

    /** A savepoint this buffer was not told of is older than the buffer: all of it goes. Returns how many went. */
    int rollbackTo(Object savepoint) {
        List<OutboxRecord> undone =
                this.records.subList(this.savepoints.getOrDefault(savepoint, 0), this.records.size());
        int count = undone.size();
        undone.clear();
        return count;
    }

    List<OutboxRecord> drain() {
        List<OutboxRecord> drained = List.copyOf(this.records);
        this.records.clear();
        this.savepoints.clear();
        return drained;
    }
}
