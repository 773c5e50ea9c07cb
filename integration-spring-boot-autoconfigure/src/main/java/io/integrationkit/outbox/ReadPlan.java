package io.integrationkit.outbox;

/**
 * Divides what may be read among the shards: each gets a little, those that had more than they were asked for share the
 * rest. A shard with a huge backlog so uses all the room there is, and never the room of another.
 *
 * @param small most messages of a shard that had less than it was asked for
 * @param large most messages of any other
 */
record ReadPlan(int small, int large) {

    /**
     * Plans the next read.
     *
     * @param shards number of shards to read
     * @param hot how many of them had more than they were asked for
     * @param heldShards number of shards of this instance
     * @param room messages that may still be held
     * @param batchSize messages that may be held altogether; each shard gets at least one all the same
     */
    static ReadPlan of(int shards, int hot, int heldShards, int room, int batchSize) {
        int small = Math.max(1, batchSize / (2 * heldShards));
        int rest = room - small * (shards - hot);
        return new ReadPlan(small, Math.max(small, rest / Math.max(1, hot)));
    }

    int limit(boolean hot) {
        return hot ? this.large : this.small;
    }
}
