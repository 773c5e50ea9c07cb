package io.integrationkit.outbox;

/**
 * The right of this instance to send for a shard.
 *
 * @param shard the shard
 * @param owner name of this instance's relay
 * @param epoch rises with each claim, by whomever
 * @param sendUntil monotonic time after which no send may begin: by the end of the lease, and by the last proof that the
 *     session of this instance lasts if that is earlier
 */
record ShardLease(int shard, String owner, long epoch, long sendUntil) {

    boolean maySend(long nanoTime) {
        return this.sendUntil - nanoTime > 0;
    }
}
