package io.integrationkit.outbox;

/** What the simulated world can go without, so that a test sees that it is needed, and that the simulation notices. */
enum SimSafeguard {
    /** A move to the dead letters asks for owner and epoch of the lease. */
    FENCE,
    /** Who is still writing is known. */
    OPEN_WRITERS,
    /** In which shards a key is held is known. */
    HELD_KEYS,
    /** No send begins when the lease leaves no time for it. */
    END_OF_LEASE,
    /** Each shard is read from its lowest id on now and then. */
    SWEEP,
    /** An acknowledgement comes after the message has arrived. */
    ACKNOWLEDGEMENT
}
