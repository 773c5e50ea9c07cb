package io.integrationkit.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Divides what may be read among the shards: each gets a little, those that had more than they were asked for share the
 * rest. A shard with a huge backlog so uses all the room there is, and never the room of another.
 */
final class ReadPlan {

    private ReadPlan() {}

    /**
     * Makes the windows of the next read.
     *
     * @param shards shards to read, in the order in which their messages are to be sent
     * @param heldShards number of shards of this instance
     * @param room messages that may still be held
     * @param batchSize messages that may be held altogether; each shard gets at least one all the same
     * @param now monotonic time
     */
    static List<OutboxStore.Window> windows(
            Map<Integer, ShardHistory> shards, int heldShards, int room, int batchSize, long now) {
        int small = Math.max(1, batchSize / (2 * heldShards));
        int hot = (int) shards.values().stream().filter(ShardHistory::hot).count();
        int rest = room - small * (shards.size() - hot);
        int large = Math.max(small, rest / Math.max(1, hot));
        List<OutboxStore.Window> windows = new ArrayList<>();
        shards.forEach((shard, history) ->
                windows.add(new OutboxStore.Window(shard, history.hot() ? large : small, history.keyToSkip(now))));
        return windows;
    }
}
