package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was read of one shard at once. The shard is not read again before each message of the round is delivered and
 * deleted, a dead letter, or dropped from memory: so no message is ever in two rounds.
 */
final class ShardRound {

    private final ShardLease lease;

    private final OutboxStore.Window window;

    private final int read;

    private final Map<Object, Lane> lanes = new HashMap<>();

    private final Map<String, Integer> keys = new HashMap<>();

    private final List<Lane> order = new ArrayList<>();

    private int open;

    ShardRound(ShardLease lease, OutboxStore.Window window, List<StoredMessage> messages) {
        this.lease = lease;
        this.window = window;
        this.read = messages.size();
        this.open = messages.size();
        messages.forEach(this::add);
    }

    ShardLease lease() {
        return this.lease;
    }

    int shard() {
        return this.lease.shard();
    }

    private void add(StoredMessage message) {
        String key = message.record().key();
        String destination = message.record().destination();
        Object laneKey = (key != null) ? List.of(destination, key) : message.row();
        this.lanes.computeIfAbsent(laneKey, (any) -> newLane(destination)).add(message);
        if (key != null) {
            this.keys.merge(key, 1, Integer::sum);
        }
    }

    private Lane newLane(String destination) {
        Lane lane = new Lane(this, destination);
        this.order.add(lane);
        return lane;
    }

    /** Lanes in the order of their first message. */
    List<Lane> lanes() {
        return this.order;
    }

    void done(int count) {
        this.open -= count;
    }

    int open() {
        return this.open;
    }

    /** Whether the shard had at least as much as was asked for, so that there is probably more. */
    boolean full() {
        return this.read >= this.window.limit();
    }

    boolean skippedAKey() {
        return this.window.skippedKey() != null;
    }

    int read() {
        return this.read;
    }

    /** The key that left no room for others, if one did. */
    @Nullable
    String dominantKey() {
        if (!full()) {
            return null;
        }
        return this.keys.entrySet().stream()
                .filter((entry) -> entry.getValue() * 4 >= this.read * 3)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
