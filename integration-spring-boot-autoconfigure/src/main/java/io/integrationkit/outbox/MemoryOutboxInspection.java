package io.integrationkit.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Looks into an outbox in memory, which has one owner and forgets its pauses with all else. */
final class MemoryOutboxInspection implements OutboxInspection {

    private final MemoryOutboxStore store;

    private final ShardLeases leases;

    private final Set<String> paused = ConcurrentHashMap.newKeySet();

    MemoryOutboxInspection(MemoryOutboxStore store, ShardLeases leases) {
        this.store = store;
        this.leases = leases;
    }

    @Override
    public Map<String, OutboxBacklog> backlogs() {
        return this.store.backlogs();
    }

    @Override
    public List<OutboxStatus.Shard> shards() {
        Map<Integer, Long> messages = this.store.messagesByShard();
        return this.leases.held().values().stream()
                .map((lease) -> new OutboxStatus.Shard(
                        lease.shard(),
                        lease.owner(),
                        lease.epoch(),
                        this.leases.interval(),
                        messages.getOrDefault(lease.shard(), 0L)))
                .toList();
    }

    @Override
    public List<OutboxDiagnosis> database(Duration patience) {
        return List.of();
    }

    @Override
    public Set<String> paused() {
        return this.paused;
    }

    @Override
    public boolean addPause(String destination) {
        return this.paused.add(destination);
    }

    @Override
    public boolean removePause(String destination) {
        return this.paused.remove(destination);
    }

    /** Nobody else could take the shard. */
    @Override
    public boolean endLease(int shard) {
        return false;
    }
}
