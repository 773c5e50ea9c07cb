package io.integrationkit.outbox;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * The leases of this instance. {@link #held()}, {@link #yielding()} and {@link #yielded} are called by the relay's thread,
 * all else by the lease thread.
 */
interface ShardLeases {

    /** Checks and prepares what leases need; called once before anything else. */
    void prepare();

    /** Renews what is held and claims what is free. */
    void renew();

    /** How long to wait between two renewals. */
    Duration interval();

    /** Renews if a renewal is due, and looks after what must not wait for one. */
    default void watch() {
        renew();
    }

    /** How long to wait between two calls of {@link #watch()}. */
    default Duration watchInterval() {
        return interval();
    }

    /** Snapshot of what may be sent for, by shard, ascending; without what is yielding. */
    Map<Integer, ShardLease> held();

    /**
     * Snapshot of the shards that are to go to another instance. They are held by nobody else yet, and not in
     * {@link #held()} any more: what is under way is to be ended, nothing new begun.
     */
    default Set<Integer> yielding() {
        return Set.of();
    }

    /** Tells that nothing of a yielding shard is under way or waits to be deleted, so that it may be given back. */
    default void yielded(int shard) {}

    /** Gives everything back, so that others need not wait for the end of the leases; nothing is held afterwards. */
    void release();
}
