package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is in memory of one shard. A new round begins only when each message of the last is delivered and deleted, a dead
 * letter, or dropped from memory; until then the shard may be read on behind the last message of the round, so no
 * message is ever in memory twice.
 */
final class ShardRound {

    private final ShardLease lease;

    private final Set<String> leftOut;

    private final Map<Object, Lane> lanes = new HashMap<>();

    private boolean extendable = true;

    private boolean dropped;

    private long lastId;

    private int open;

    private long bytes;

    ShardRound(ShardLease lease, Set<String> leftOut) {
        this.lease = lease;
        this.leftOut = leftOut;
    }

    ShardLease lease() {
        return this.lease;
    }

    int shard() {
        return this.lease.shard();
    }

    /**
     * Adds what was read, in the order in which it was read.
     *
     * @param horizon up to which id all was decided before the read
     * @return lanes that have a first message to send now
     */
    List<Lane> add(ShardRead read, long horizon) {
        this.lanes.values().removeIf(Lane::over);
        List<Lane> begun = new ArrayList<>();
        for (StoredMessage message : read.messages()) {
            Lane lane = this.lanes.computeIfAbsent(laneKey(message), (any) -> new Lane(this, message));
            if (lane.isEmpty()) {
                begun.add(lane);
            }
            lane.add(message);
            this.bytes += message.bytes();
            this.lastId = message.row().id();
        }
        this.open += read.messages().size();
        this.extendable =
                read.full() && !read.skippedAKey() && read.dominantKey() == null && read.seenUpTo() <= horizon;
        return begun;
    }

    private static Object laneKey(StoredMessage message) {
        String key = message.record().key();
        return (key != null) ? new LaneKey(message.record().destination(), key) : message.row();
    }

    /**
     * Whether more may be read behind the last message. Not where a message before it may be left out, not there yet, or
     * dropped: what is read then could overtake it.
     */
    boolean extendable(ShardLease held, Set<String> nowLeftOut) {
        return this.extendable
                && !this.dropped
                && this.lease.epoch() == held.epoch()
                && this.leftOut.equals(nowLeftOut);
    }

    /** The round is not extended any more. */
    void end() {
        this.extendable = false;
    }

    /** Id of the last message. */
    long lastId() {
        return this.lastId;
    }

    void done(int count) {
        this.open -= count;
    }

    int open() {
        return this.open;
    }

    /** Bytes of what is not acknowledged. */
    long bytes() {
        return this.bytes;
    }

    /** A message has left its lane. */
    void left(StoredMessage message) {
        this.bytes -= message.bytes();
    }

    /** A message was forgotten and is still owed. */
    void dropped(StoredMessage message) {
        left(message);
        this.dropped = true;
    }

    boolean dropped() {
        return this.dropped;
    }

    private record LaneKey(String destination, String key) {}
}
