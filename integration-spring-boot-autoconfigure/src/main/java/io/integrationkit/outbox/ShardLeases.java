package io.integrationkit.outbox;

import java.time.Duration;
import java.util.Map;

/** The leases of this instance. {@link #held()} is called by the relay's thread, all else by the lease thread. */
interface ShardLeases {

    /** Checks and prepares what leases need; called once before anything else. */
    void prepare();

    /** Renews what is held and claims what is free. */
    void renew();

    /** How long to wait between two renewals. */
    Duration interval();

    /** Snapshot of what is held, by shard, ascending. */
    Map<Integer, ShardLease> held();

    /** Gives everything back, so that others need not wait for the end of the leases; nothing is held afterwards. */
    void release();
}
