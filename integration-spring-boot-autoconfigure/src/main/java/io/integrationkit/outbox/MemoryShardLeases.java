package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The leases of an outbox in memory: nobody else could send what is there. */
final class MemoryShardLeases implements ShardLeases {

    private static final Duration INTERVAL = Duration.ofHours(1);

    private final OutboxSpec spec;

    private final TimeSource time;

    private final String owner;

    private volatile Map<Integer, ShardLease> held = Collections.emptyMap();

    MemoryShardLeases(OutboxSpec spec, TimeSource time, String owner) {
        this.spec = spec;
        this.time = time;
        this.owner = owner;
    }

    @Override
    public void prepare() {}

    @Override
    public void renew() {
        long sendUntil = this.time.nanoTime() + INTERVAL.multipliedBy(24).toNanos();
        Map<Integer, ShardLease> leases = new TreeMap<>();
        for (int shard = 0; shard < this.spec.shards(); shard++) {
            leases.put(shard, new ShardLease(shard, this.owner, 1, sendUntil));
        }
        this.held = Collections.unmodifiableMap(leases);
    }

    @Override
    public Duration interval() {
        return INTERVAL;
    }

    @Override
    public Map<Integer, ShardLease> held() {
        return this.held;
    }

    @Override
    public void release() {
        this.held = Collections.emptyMap();
    }
}
